import Glibc

/// The variables that this process was started with, by name: for the proxy on the way to registries, and for what the
/// configuration lets credential helpers see. No verdict of a gate depends on one; a command that stands beside another
/// program takes that one's: cosign's for `verify` and `tree`, docker's for `check` and `trust`.
enum Environment {
    static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
