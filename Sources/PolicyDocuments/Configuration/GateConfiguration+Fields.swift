import PolicyEngine
import Trust

extension GateConfiguration {
    /// The shape of `spec`. Only what has an effect is here.
    static let fields = ObjectType([
        Field(
            "mode", .word(GateMode.allCases.map(\.rawValue)),
            "`enforce`, or `observe` to refuse nothing; `enforce` if absent"),
        Field(
            "policies",
            .object(ObjectType([path("directory", "a directory", required: true, "where the policies are")])),
            required: true, "where the policies are"),
        Field(
            "notVouched", .word(Enforcement.allCases.map(\.rawValue)),
            "what happens to an image that no policy vouches for; `deny` if absent"),
        Field("listen", .object(listenFields), "where requests come in"),
        Field("registries", .list(.object(registryFields)), "how registries are reached"),
        Field(
            "proxy",
            .object(
                ObjectType([
                    Field(
                        "url", .text("an address such as `http://proxy.example.com:3128`"), required: true, "the proxy"),
                    Field("exclude", .list(.text("a host, an address or a range")), "what is asked without it"),
                ])), "the proxy between Dockgate and registries"),
        Field(
            "credentialHelpers",
            .object(
                ObjectType([
                    Field(
                        "environment", .list(.text("the name of a variable")), required: true,
                        "variables that credential helpers see, besides `HOME` and `PATH`")
                ])), "what is particular to programs that know credentials"),
        Field(
            "audit", .object(ObjectType([path("directory", "a directory", required: true, "where the audit log is")])),
            "where decisions are recorded"),
        Field(
            "state", .object(ObjectType([path("directory", "a directory", required: true, "where state is kept")])),
            "what is remembered between runs; in `state` beside the audit log if absent"),
        Field("kubernetes", .object(kubernetesFields), "what is particular to Kubernetes"),
    ])

    private static let listenFields = ObjectType([
        Field("address", .text("an address such as `0.0.0.0:8443`"), required: true, "host and port, IPv6 in brackets"),
        Field(
            "certificate", .object(ObjectType([path("file", "a file", required: true, "PEM")])), required: true,
            "the certificate chain"),
        Field(
            "key", .object(ObjectType([path("file", "a file", required: true, "PEM")])), required: true,
            "its private key"),
        Field(
            "clientCertificates",
            .object(ObjectType([path("caFile", "a file", required: true, "PEM of the authorities that sign them")])),
            "clients need a certificate"),
    ])

    private static let registryFields = ObjectType([
        Field("host", .text("a registry host"), required: true, "the registry, as image references name it"),
        Field("privateAddress", .word(["allowed"]), "the registry may be at a private, loopback or link-local address"),
        Field("insecureHTTP", .boolean, "the registry is reached without TLS"),
        Field("redirectTo", .list(.text("a host")), "hosts that the registry may redirect to"),
        Field(
            "tokenRealms", .list(.text("a host")),
            "hosts besides the registry's own whose token service may be sent its credentials"),
        path("caFile", "a file", "the only authorities that are believed for this registry, PEM"),
        Field(
            "credentials",
            .object(ObjectType([path("dockerConfig", "a file", required: true, "a Docker `config.json`")])),
            "how Dockgate authenticates"),
        Field("mirrors", .list(.text("a host, or a host and a path")), "places with copies, which are asked first"),
        Field("requestsPerMinute", .integer(1...1_000_000), "how often the registry may be asked"),
    ])

    private static let kubernetesFields = ObjectType([
        Field(
            "templates",
            .object(
                ObjectType([
                    Field(
                        "placeholders", .list(.text("a word")), required: true,
                        "exact words that are passed over in templates, never in Pods")
                ])),
            "what is particular to Pod templates")
    ])

    private static func path(_ name: String, _ noun: String, required: Bool = false, _ summary: String) -> Field {
        Field(name, .text("the path of \(noun)"), required: required, summary)
    }
}
