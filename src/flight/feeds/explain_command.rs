//! The explain text by a program that the rules name: facts in, Markdown out, after a person trusted it, once for an attempt.

use std::{borrow::Cow, sync::Arc};

use super::{
    desk::{Desk, Memory},
    diff,
    pulse::{Gone, Pulse},
    told::{Given, Told},
};
use crate::{
    domain::{
        Fault, FaultKind, Text,
        diff::{HotPaths, Service},
        evidence::{Explain, ExplainSource},
        observation::Comparison,
        policy::Program,
    },
    flight::{explain_need::ExplainNeed, flying::Report, needs::Needs},
    report::with_comparison,
};

/// Most bytes of an answer: a page of prose has five thousand.
const ANSWER_BYTES: usize = 64 * 1024;
/// Rounds that are waited for facts which may never come, once the run waits for a decision.
const PATIENCE: u32 = 3;

/// Asks the program, where it is its turn.
pub(super) async fn ask(
    pulse: &Pulse,
    desk: &Desk,
    needs: &Needs,
    memory: &mut Memory,
) -> Result<Result<Given, Fault>, Gone> {
    let Some(program) = &desk.policy.explain.command else {
        return Ok(Ok(Given::Nothing));
    };
    if !desk.drives {
        return Ok(Ok(Given::Nothing));
    }
    if memory.explain.command.is_none() {
        let facts = match &needs.evidence.explain {
            // What was trusted and asked is remembered; what was not is said by the screen, which knows why.
            ExplainNeed::None | ExplainNeed::Untrusted => return Ok(Ok(Given::Nothing)),
            ExplainNeed::Waits => return Ok(Ok(Given::Later)),
            ExplainNeed::Told => return Ok(Ok(Given::Known)),
            ExplainNeed::Ask { whole: false, .. } if memory.explain.waited < PATIENCE => {
                memory.explain.waited += 1;
                return Ok(Ok(Given::Later));
            }
            ExplainNeed::Ask { facts, .. } => facts,
        };
        let facts = match &needs.evidence.detail {
            Some(blob) => diff::kept(desk, blob).await.map_or_else(
                || (**facts).clone(),
                |seen| with_comparison(facts, &own(desk, &seen)),
            ),
            None => (**facts).clone(),
        };
        memory.explain.command = Some(run(pulse, program, &facts.to_string()).await?);
    }
    let answer = memory.explain.command.clone();
    Ok(Ok(match answer {
        Some(Ok(text)) => Given::Told(Box::new(Told {
            text,
            source: ExplainSource::Command {
                program: program.name(),
            },
            made: None,
            artifact: None,
        })),
        Some(Err(why)) => Given::Failed(why),
        None => Given::Nothing,
    }))
}

/// What of the comparison is the service's.
fn own<'c>(desk: &Desk, seen: &'c Comparison) -> Cow<'c, Comparison> {
    let hot = HotPaths::new(&desk.policy.hot_paths);
    Service::new(&desk.policy.paths, &hot).part(seen).0
}

async fn run(pulse: &Pulse, program: &Program, facts: &str) -> Result<Result<Text, Text>, Gone> {
    let name = program.name();
    let what = name.to_string();
    let (done, all) = (0, None);
    let working = Report::Working {
        what: what.clone(),
        done,
        all,
    };
    pulse.tell(working).await?;
    let script = Arc::clone(&pulse.outside.script);
    let answer = script
        .run(&program.arguments, facts.as_bytes(), program.timeout)
        .await;
    pulse.tell(Report::Worked { what }).await?;
    let read = answer
        .map_err(|fault| match fault.kind {
            FaultKind::TooLarge => "answered far too much".to_owned(),
            _ => fault.detail.to_string(),
        })
        .and_then(read);
    Ok(read.map_err(|why| Text::line(&format!("{name}: {why}"))))
}

/// An answer as a text, or why it is none.
fn read(bytes: Vec<u8>) -> Result<Text, String> {
    if bytes.len() > ANSWER_BYTES {
        return Err(format!(
            "answered {} bytes, more than {ANSWER_BYTES}",
            bytes.len()
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| "its answer is not UTF-8".to_owned())?;
    if text.trim().is_empty() {
        return Err("answered nothing".to_owned());
    }
    let text = Text::block_within(&text, ANSWER_BYTES);
    if Explain::parse(text.as_str()).is_unstructured() {
        return Err(
            "its answer has none of the headings What changed, What was verified, Risks".to_owned(),
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_text_with_headings_and_nothing_else() {
        let good = read(b"## What changed\n- \x1b[2Jit\n".to_vec()).unwrap();
        assert!(!good.as_str().contains('\x1b'), "made safe");
        let wrong = |bytes: &[u8]| read(bytes.to_vec()).unwrap_err();
        assert!(wrong(b" \n").contains("nothing"));
        assert!(wrong(b"I cannot help with that.").contains("headings"));
        assert!(wrong(b"## What changed\n\xff").contains("UTF-8"));
        let long = format!("## Risks\n- {}", "x".repeat(ANSWER_BYTES)).into_bytes();
        assert!(wrong(&long).contains("more than 65536"));
    }
}
