//! What a file is for, by its path: the only thing that is known of most files of a diff.

use serde::{Deserialize, Serialize};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// cockpit's own rules: `cockpit.toml`, `.cockpit/*.toml`.
    Rules,
    /// A workflow or another pipeline's file.
    Pipeline,
    /// A container image's recipe, compose file.
    Container,
    /// Terraform, `CloudFormation`, Pulumi, CDK.
    Infrastructure,
    /// Helm, Kubernetes, Kustomize.
    Cluster,
    /// `.env` and its kin: settings by environment.
    Environment,
    /// Feature flags.
    Flags,
    /// A lock file of dependencies.
    Lock,
    /// The file that names the dependencies.
    Manifest,
    /// Anything else.
    Other,
}

impl FileKind {
    /// In a word or two, for a mark beside the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rules => "release rules",
            Self::Pipeline => "pipeline",
            Self::Container => "container",
            Self::Infrastructure => "infrastructure",
            Self::Cluster => "cluster",
            Self::Environment => "environment",
            Self::Flags => "feature flags",
            Self::Lock => "lock file",
            Self::Manifest => "dependencies",
            Self::Other => "file",
        }
    }

    /// Whether it changes how and where the code runs rather than the code.
    pub fn is_configuration(self) -> bool {
        matches!(
            self,
            Self::Pipeline
                | Self::Container
                | Self::Infrastructure
                | Self::Cluster
                | Self::Environment
        )
    }

    /// By its path. What stands below a folder of tests' data or documents is no configuration.
    pub fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or_default();
        let folders: Vec<&str> = lower.split('/').rev().skip(1).collect();
        let is_yaml = has_ending(name, &["yml", "yaml"]);
        if is_rules(&lower) {
            return Self::Rules;
        }
        if is_lock(name) {
            return Self::Lock;
        }
        if is_manifest(name) {
            return Self::Manifest;
        }
        let beside = ["fixtures", "testdata", "docs", "examples", "node_modules"];
        if folders.iter().any(|folder| beside.contains(folder)) {
            return Self::Other;
        }
        if is_pipeline(&lower, name, is_yaml) {
            Self::Pipeline
        } else if is_container(name, is_yaml) {
            Self::Container
        } else if is_cluster(name, &folders, is_yaml) {
            Self::Cluster
        } else if is_infrastructure(name, &folders, is_yaml) {
            Self::Infrastructure
        } else if is_environment(name) {
            Self::Environment
        } else if is_flags(name, &folders) {
            Self::Flags
        } else {
            Self::Other
        }
    }
}

fn has_ending(name: &str, endings: &[&str]) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.contains(&ending))
}

fn is_rules(path: &str) -> bool {
    path == "cockpit.toml"
        || path.ends_with("/cockpit.toml")
        || path
            .strip_prefix(".cockpit/")
            .is_some_and(|rest| has_ending(rest, &["toml"]))
}

fn is_lock(name: &str) -> bool {
    [
        "cargo.lock",
        "package-lock.json",
        "npm-shrinkwrap.json",
        "pnpm-lock.yaml",
        "yarn.lock",
        "go.sum",
        "poetry.lock",
        "uv.lock",
        "gemfile.lock",
        "gems.locked",
        "composer.lock",
        "pipfile.lock",
        "pdm.lock",
        "bun.lock",
        "bun.lockb",
        "packages.lock.json",
        "gradle.lockfile",
        "pubspec.lock",
        "mix.lock",
        "podfile.lock",
        "package.resolved",
        "flake.lock",
        "deno.lock",
    ]
    .contains(&name)
}

fn is_manifest(name: &str) -> bool {
    [
        "cargo.toml",
        "package.json",
        "go.mod",
        "pyproject.toml",
        "pipfile",
        "gemfile",
        "composer.json",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
        "libs.versions.toml",
        "directory.packages.props",
    ]
    .contains(&name)
        || has_ending(name, &["gemspec", "csproj"])
        || (name.starts_with("requirements") && has_ending(name, &["txt", "in"]))
}

fn is_pipeline(path: &str, name: &str, is_yaml: bool) -> bool {
    let below = |folder: &str| path.starts_with(folder);
    (is_yaml && (below(".github/workflows/") || below(".github/actions/")))
        || below(".circleci/")
        || below(".buildkite/")
        || matches!(
            name,
            ".gitlab-ci.yml" | "jenkinsfile" | "azure-pipelines.yml" | "bitbucket-pipelines.yml"
        )
}

fn is_container(name: &str, is_yaml: bool) -> bool {
    name == "dockerfile"
        || name == "containerfile"
        || name == ".dockerignore"
        || name.starts_with("dockerfile.")
        || has_ending(name, &["dockerfile"])
        || (is_yaml && (name.starts_with("docker-compose") || name.starts_with("compose.")))
}

fn is_cluster(name: &str, folders: &[&str], is_yaml: bool) -> bool {
    let cluster = [
        "k8s",
        "kubernetes",
        "helm",
        "charts",
        "kustomize",
        "manifests",
        "argocd",
    ];
    let inside = folders.iter().any(|folder| cluster.contains(folder));
    (inside && (is_yaml || has_ending(name, &["tpl", "json"])))
        || matches!(
            name,
            "chart.yaml"
                | "helmfile.yaml"
                | "kustomization.yaml"
                | "kustomization.yml"
                | "skaffold.yaml"
        )
}

fn is_infrastructure(name: &str, folders: &[&str], is_yaml: bool) -> bool {
    let infra = [
        "terraform",
        "cloudformation",
        "infra",
        "infrastructure",
        "ansible",
        "cdk",
    ];
    has_ending(name, &["tf", "tfvars", "hcl", "bicep"])
        || name.ends_with(".tf.json")
        || (name.starts_with("pulumi.") && is_yaml)
        || matches!(
            name,
            "serverless.yml"
                | "serverless.yaml"
                | "samconfig.toml"
                | "cdk.json"
                | "fly.toml"
                | "app.yaml"
                | "procfile"
                | "nginx.conf"
                | "vercel.json"
                | "netlify.toml"
        )
        || (folders.iter().any(|folder| infra.contains(folder))
            && (is_yaml || has_ending(name, &["json", "toml"])))
}

fn is_environment(name: &str) -> bool {
    name == ".env"
        || name.starts_with(".env.")
        || has_ending(name, &["env"])
        || (name.starts_with("appsettings") && has_ending(name, &["json"]))
        || (name.starts_with("application") && has_ending(name, &["properties", "yml", "yaml"]))
}

fn is_flags(name: &str, folders: &[&str]) -> bool {
    let words = ["feature-flags", "feature_flags", "featureflags", "flags"];
    let stem = name.split('.').next().unwrap_or_default();
    let data = has_ending(name, &["json", "yml", "yaml", "toml", "properties"]);
    let is_named = words.contains(&stem) || name.starts_with("flagd") || stem == "features";
    let is_within = folders.first().is_some_and(|folder| words.contains(folder));
    (data && (is_named || is_within)) || words[..3].contains(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_paths() {
        let table = [
            (
                FileKind::Rules,
                "cockpit.toml .cockpit/shop.toml apps/shop/cockpit.toml",
            ),
            (
                FileKind::Pipeline,
                ".github/workflows/deploy.yml .gitlab-ci.yml Jenkinsfile .github/actions/a/action.yaml",
            ),
            (
                FileKind::Container,
                "Dockerfile web/Dockerfile.prod docker-compose.yml compose.yaml",
            ),
            (
                FileKind::Infrastructure,
                "infra/main.tf prod.tfvars infra/stack.yaml serverless.yml",
            ),
            (
                FileKind::Cluster,
                "k8s/web.yaml charts/shop/values.yaml charts/shop/templates/_x.tpl helm/Chart.yaml",
            ),
            (
                FileKind::Environment,
                ".env .env.production config/prod.env src/appsettings.Production.json application.yml",
            ),
            (
                FileKind::Flags,
                "config/flags.json feature_flags.yml flags/checkout.yaml src/featureFlags.ts",
            ),
            (
                FileKind::Lock,
                "Cargo.lock web/package-lock.json go.sum Gemfile.lock uv.lock",
            ),
            (
                FileKind::Manifest,
                "Cargo.toml package.json go.mod requirements-dev.txt app.csproj a.gemspec",
            ),
            (
                FileKind::Other,
                "src/env.rs docs/infra/main.tf tests/fixtures/Dockerfile a.txt src/flags.rs k8s.rs README.md",
            ),
        ];
        for (kind, paths) in table {
            for path in paths.split(' ') {
                assert_eq!(FileKind::of(path), kind, "{path}");
            }
        }
    }
}
