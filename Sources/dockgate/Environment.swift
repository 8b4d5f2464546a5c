import Glibc

/// The variables that this process was started with, by name: for the proxy on the way to registries, and for what the
/// configuration lets credential helpers see. Nothing that is judged depends on one.
enum Environment {
    static func value(of name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
