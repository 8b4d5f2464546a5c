import ArgumentParser

/// A running gate to ask, and who we are to it.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Ask a running gate, instead of deciding with --config or --policies; https only.", valueName: "url"))
    var server: String?

    @Option(
        help: ArgumentHelp(
            "The authority that the gate's certificate is from, in PEM; the system's if it is not given.",
            valueName: "file"),
        completion: .file())
    var caFile: String?

    @Option(help: ArgumentHelp("Our certificate for the gate, in PEM.", valueName: "file"), completion: .file())
    var clientCert: String?

    @Option(help: ArgumentHelp("The key of --client-cert, in PEM.", valueName: "file"), completion: .file())
    var clientKey: String?

    /// What is shown of a gate's address: before an `@` and behind a question mark may stand a secret.
    static func shown(_ address: String) -> String {
        let address = address.utf8.prefix { $0 != UInt8(ascii: "?") }
        guard let at = address.lastIndex(of: UInt8(ascii: "@")) else { return String(decoding: address, as: UTF8.self) }
        return "…" + String(decoding: address[at...], as: UTF8.self)
    }

    func validate() throws {
        guard server != nil || (caFile == nil && clientCert == nil && clientKey == nil) else {
            throw ValidationError("--ca-file, --client-cert and --client-key are for --server")
        }
        guard (clientCert == nil) == (clientKey == nil) else {
            throw ValidationError("--client-cert and --client-key belong together")
        }
    }
}
