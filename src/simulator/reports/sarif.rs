//! What the scanner found, as SARIF 2.1.0: two known weaknesses of medium severity, the same in every release;
//! in a risky one a package with a known vulnerability.

use serde_json::json;

use super::Facts;

/// The report as JSON text.
pub(super) fn report(facts: &Facts<'_>) -> String {
    let result = |rule: &str, index: u32, file: &str, line: u32, text: &str| {
        json!({
            "ruleId": rule,
            "ruleIndex": index,
            "message": { "text": text },
            "locations": [{ "physicalLocation": {
                "artifactLocation": { "uri": file, "uriBaseId": "%SRCROOT%" },
                "region": { "startLine": line },
            } }],
            "partialFingerprints": { "primaryLocationLineHash": format!("{rule}:{file}:1") },
        })
    };
    let rule = |id: &str, text: &str, score: &str| {
        json!({
            "id": id,
            "shortDescription": { "text": text },
            "defaultConfiguration": { "level": "warning" },
            "properties": { "security-severity": score, "tags": ["security"] },
        })
    };
    // Lines move from release to release; what was found does not.
    let moved = if facts.earlier { 0 } else { 7 };
    let mut rules = vec![
        rule("js/log-injection", "Log injection", "6.1"),
        rule("js/missing-rate-limiting", "Missing rate limiting", "5.3"),
    ];
    let mut results = vec![
        result(
            "js/log-injection",
            0,
            "src/search/query.ts",
            88 + moved,
            "Log entry depends on a user-provided value.",
        ),
        result(
            "js/missing-rate-limiting",
            1,
            "src/account/login.ts",
            31 + moved,
            "This route handler performs authorization, but is not rate-limited.",
        ),
    ];
    if facts.risky && !facts.earlier {
        rules.push(rule(
            "CVE-2026-31337",
            "Request smuggling in @acme/http-client",
            "8.1",
        ));
        results.push(result(
            "CVE-2026-31337",
            2,
            "package-lock.json",
            212,
            "@acme/http-client 4.1.8 forwards ambiguous Content-Length headers.",
        ));
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "CodeQL",
                "rules": rules,
            } },
            "invocations": [{ "executionSuccessful": true }],
            "versionControlProvenance": [{ "repositoryUri": "https://github.com/acme/storefront", "revisionId": facts.sha }],
            "results": results,
        }],
    });
    document.to_string()
}
