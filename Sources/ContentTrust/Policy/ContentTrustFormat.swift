import Cryptography
import OCI
public import Timestamp
public import Trust

/// The attestor format `contentTrust`: tags that Docker Content Trust has signed at a notary server.
///
///     contentTrust:
///       server: https://notary.example.com
///       rootKeys: [{file: root.pem}]
///       signers: {allOf: [release]}
///       rememberSigned: 90d
public struct ContentTrustFormat: AttestorFormat {
    public let name = "contentTrust"
    public let summary = """
        tags that Docker Content Trust has signed: a tag is what a notary server's verified trust data says that it stands for
        """

    private let memory: any ContentTrustMemory
    private let clock: @Sendable () -> Instant

    /// - Parameter memory: where it is kept what was verified. Without what was known before, a server can go back to older
    ///   trust data that has not expired.
    public init(memory: any ContentTrustMemory, clock: @escaping @Sendable () -> Instant) {
        (self.memory, self.clock) = (memory, clock)
    }

    public var fields: ObjectType {
        ObjectType(
            [
                Field(
                    "server", .text("an address such as `https://notary.example.com`"),
                    """
                    the notary server; without this field that which the docker client asks: `https://notary.docker.io` for \
                    Docker Hub, the registry itself for every other
                    """),
                RootKeys.field,
                RootKeys.firstUseField,
                RequiredSigners.field,
                Field(
                    "rememberSigned", .duration,
                    """
                    how long a digest counts after the last tag that was signed for it has gone, for images that are named by \
                    digest, while the keys that signed are trusted; without this field not at all
                    """),
            ], exactlyOneOf: [["rootKeys", "trustOnFirstUse"]])
    }

    /// Throws what is wrong with server, root keys and signers, each where it is written.
    public func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> any Attestor {
        var problems: [FieldProblem] = []
        let server = server(fields["server"], &problems)
        let trust = RootKeys.load(fields, &problems)
        let signers = RequiredSigners.load(fields["signers"], &problems)
        guard let trust, problems.isEmpty else {
            throw FieldProblems(problems) ?? FieldProblems(FieldProblem("expected `rootKeys`", at: fields.position))
        }
        let rules = ContentTrustRules(
            trust: trust, signers: signers, rememberSigned: fields["rememberSigned"]?.duration)
        return ContentTrustAttestor(server: server, rules: rules, memory: memory, clock: clock)
    }

    private func server(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> String? {
        guard let value, let text = value.text else { return nil }
        if let fault = NotaryServer.fault(in: text) {
            problems.append(
                FieldProblem(
                    "`server` \(fault): expected an address such as `https://notary.example.com`", at: value.position))
            return nil
        }
        return NotaryServer.spelled(text)
    }
}
