import ContentTrust
import Cryptography
import OCI
import TestSupport
import Testing
import Trust

/// The attestor format `contentTrust`.
@Suite struct ContentTrustFormatTests {
    private static func fields() throws -> AttestorFields {
        var fields = AttestorFields()
        fields.rootKeys = [("root.pem", try PrivateKey.generate(.ecdsaP256).publicKeyPEM)]
        return fields
    }

    private static func problems(_ change: (inout AttestorFields) throws -> Void) throws -> [FieldProblem] {
        var fields = try fields()
        try change(&fields)
        do {
            _ = try fields.load()
            return []
        } catch let error as FieldProblems { return error.problems }
    }

    @Test("good fields load")
    func loads() throws {
        #expect(try Self.problems { _ in }.isEmpty)
        #expect(try Self.problems { $0.server = "https://notary.example.com:4443/base/" }.isEmpty)
        #expect(try Self.problems { $0.server = nil }.isEmpty)
        #expect(try Self.problems { $0.allOf = ["release", "targets/qa"] }.isEmpty)
        #expect(
            try Self.problems { fields in
                fields.rootKeys = []
                fields.trustOnFirstUse = "whateverTheServerSaysFirst"
            }.isEmpty)
    }

    @Test(
        "an address that is none is refused where it is written",
        arguments: [
            "notary.example.com", "http://notary.example.com", "https://", "https:///v2", "https://user@host",
            "https://host?x=1", "https://host#x", "https://ho st", "https://hö.example",
        ])
    func server(address: String) throws {
        let problems = try Self.problems { $0.server = address }
        #expect(problems.map(\.position.line) == [2])
        #expect(problems.first?.message.contains("`server`") == true)
    }

    @Test("signers that cannot be are refused where they are written")
    func signers() throws {
        for name in ["", "../root", "a/b", "Release", "targets/", "r\u{e9}"] {
            let problems = try Self.problems { $0.allOf = ["release", name] }
            #expect(problems.map(\.position.line) == [21], "\(name)")
        }
        #expect(try Self.problems { $0.anyOf = ["release", "targets/release"] }.map(\.position.line) == [21])
        #expect(try Self.problems { $0.anyOf = (0..<17).map { "s\($0)" } }.map(\.position.line) == [19])
        #expect(try Self.problems { $0.anyOf = [] }.map(\.position.line) == [19])
    }

    @Test("root keys that are none are refused where they are written")
    func rootKeys() throws {
        let others: [[UInt8]] = [
            [], Array("key".utf8), try PrivateKey.generate(.ecdsaP256).privateKeyPEM,
            Array("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n".utf8),
        ]
        for bytes in others {
            let problems = try Self.problems { $0.rootKeys.append(("other.pem", bytes)) }
            #expect(problems.map(\.position.line) == [11])
            #expect(problems.first?.message.contains("`other.pem`") == true)
        }
        let key = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        #expect(
            try Self.problems { $0.rootKeys = (0..<17).map { ("\($0).pem", key) } }.map(\.position.line) == [9])
    }

    @Test("attestors that judge differently have different fingerprints")
    func fingerprints() throws {
        let fields = try Self.fields()
        var others: [AttestorFields] = [fields]
        func add(_ change: (inout AttestorFields) throws -> Void) rethrows {
            var other = fields
            try change(&other)
            others.append(other)
        }
        add { $0.server = nil }
        add { $0.server = "https://other.example.com" }
        try add { $0.rootKeys = [("other.pem", try PrivateKey.generate(.ecdsaP256).publicKeyPEM)] }
        try add { $0.rootKeys.append(("other.pem", try PrivateKey.generate(.ecdsaP256).publicKeyPEM)) }
        try add { $0.rootKeys = [("other.pem", try NotaryKey.root(for: "app").bundle ?? [])] }
        try add { $0.rootKeys = [("other.pem", try NotaryKey.authority().pem)] }
        add { ($0.rootKeys, $0.trustOnFirstUse) = ([], "whateverTheServerSaysFirst") }
        add { $0.allOf = ["release"] }
        add { $0.anyOf = ["release"] }
        add { $0.anyOf = ["release", "qa"] }
        add { $0.rememberSigned = .seconds(86_400) }
        add { $0.rememberSigned = .seconds(172_800) }
        let fingerprints = try others.map { try $0.load().fingerprint }
        #expect(Set(fingerprints).count == others.count)
        #expect(try fields.load().fingerprint == fields.load().fingerprint)
        var spelled = fields
        spelled.server = NotaryWorld.server + "/"
        #expect(try spelled.load().fingerprint == fields.load().fingerprint)
    }

    @Test("without a server that of Docker is asked, under the name that Docker gives a repository")
    func defaultServer() throws {
        var fields = try Self.fields()
        func collection(_ repository: String) throws -> TrustCollection? {
            var verification = try fields.load().verification(
                of: Subject(
                    repository: try Repository(parsing: repository), digest: NotaryWorld.digest("image"), tag: "v1"))
            guard case .fetch(let locators) = verification.next([:]),
                case .trustMetadata(let collection, _, _)? = locators.first
            else { return nil }
            return collection
        }
        #expect(try collection("alpine")?.server == NotaryWorld.server)
        fields.server = nil
        #expect(try collection("alpine")?.server == "https://notary.docker.io")
        #expect(try collection("alpine")?.name == "docker.io/library/alpine")
        #expect(try collection("registry.example.com:5000/team/app")?.server == "https://registry.example.com:5000")
        #expect(try collection("registry.example.com:5000/team/app")?.name == "registry.example.com:5000/team/app")
    }

    @Test("an attestor says whom it believes")
    func explanation() throws {
        var fields = try Self.fields()
        fields.allOf = ["release", "qa"]
        fields.rememberSigned = .seconds(90 * 86_400)
        #expect(
            try fields.load().explanation == """
                Docker Content Trust of the notary server `https://notary.example.com`, signed by `targets/release` and \
                `targets/qa` under 1 root key; a digest that was signed counts for 90d more
                """)
        (fields.rootKeys, fields.trustOnFirstUse) = ([], "whateverTheServerSaysFirst")
        #expect(try fields.load().explanation.contains("under whatever root the server gave first"))
    }
}
