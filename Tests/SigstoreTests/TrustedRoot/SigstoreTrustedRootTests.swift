import Cryptography
import Sigstore
import TestSupport
import Testing
import Timestamp

/// Trusted roots are read once, and as a whole or not at all.
@Suite struct SigstoreTrustedRootTests {
    private let sigstore: SigstoreSimulator
    private let root: JSONTree

    init() throws {
        sigstore = try SigstoreSimulator()
        root = try sigstore.trustedRoot.json
    }

    private func error(_ change: (inout JSONTree) -> Void) -> FormatError? {
        var root = root
        change(&root)
        do throws(FormatError) {
            _ = try SigstoreTrustedRoot(parsing: root.bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test("everything of it is read, in every version")
    func whole() throws {
        let read = try SigstoreTrustedRoot(parsing: root.bytes)
        #expect(read.logs.map(\.name) == ["rekor.example", "log2026-1.rekor.example"])
        #expect(read.authorities.map(\.name) == ["https://fulcio.example"])
        #expect(read.certificateLogs.count == 1)
        #expect(read.timestampAuthorities.map(\.name) == ["https://timestamp.example"])
        for version in ["v0.1", "v0.2"] {
            let mediaType = "application/vnd.dev.sigstore.trustedroot.\(version)+json"
            #expect(error { $0["mediaType"] = .string(mediaType) } == nil)
        }
    }

    @Test(
        "another media type is refused",
        arguments: [
            "application/vnd.dev.sigstore.trustedroot+json;version=0.3",
            "application/vnd.dev.sigstore.trustedroot+json",
            "application/vnd.dev.sigstore.trustedroot.v0.3+json", "bad-media-type", "",
        ])
    func mediaTypes(mediaType: String) {
        guard case .unsupported(field: "mediaType", _, _) = error({ $0["mediaType"] = .string(mediaType) }) else {
            Issue.record("\(mediaType) was read")
            return
        }
    }

    @Test("S44: an interval has a start, its end is not before that, and both are inside")
    func intervals() throws {
        func window(_ value: JSONTree?) -> FormatError? {
            error { $0["tlogs"]?[0]?["publicKey"]?["validFor"] = value }
        }
        let path = "tlogs[0].publicKey.validFor"
        #expect(window(nil) == .missing(field: path))
        #expect(window([:]) == .missing(field: "\(path).start"))
        #expect(window(["end": "2030-01-01T00:00:00Z"]) == .missing(field: "\(path).start"))
        #expect(window(["start": "2021-03-14"]) != nil)
        #expect(window(["start": "2021-03-14T00:00:00Z", "end": "2021-03-13T00:00:00Z"]) != nil)
        #expect(window(["start": "2021-03-14T00:00:00.000Z", "end": "2022-10-31T23:59:59.999Z"]) == nil)
        #expect(
            error { $0["certificateAuthorities"]?[0]?["validFor"] = nil }
                == .missing(field: "certificateAuthorities[0].validFor"))
        let time = "2030-01-01T00:00:00Z"
        var changed = root
        changed["tlogs"]?[0]?["publicKey"]?["validFor"] = ["start": .string(time), "end": .string(time)]
        let validFor = try SigstoreTrustedRoot(parsing: changed.bytes).logs[0].validFor
        let instant = try Instant(rfc3339: time)
        #expect(validFor.contains(instant))
        #expect(!validFor.contains(instant + .nanoseconds(1)) && !validFor.contains(instant - .nanoseconds(1)))
    }

    @Test("an unknown field is refused wherever it is, and the known ones are not")
    func fields() {
        #expect(error { $0["a"] = 1 } == .unknown(field: "a"))
        #expect(error { $0["tlogs"]?[0]?["b"] = 1 } == .unknown(field: "tlogs[0].b"))
        #expect(error { $0["tlogs"]?[0]?["publicKey"]?["c"] = 1 } == .unknown(field: "tlogs[0].publicKey.c"))
        #expect(error { $0["certificateAuthorities"]?[0]?["d"] = 1 } == .unknown(field: "certificateAuthorities[0].d"))
        #expect(error { $0["tlogs"]?[0]?["operator"] = "sigstore.example" } == nil)
        #expect(error { $0["timestampAuthorities"] = nil } == nil)
    }

    @Test("the id by which checkpoints name a log is the beginning of its own")
    func checkpointKeyID() throws {
        let id = try SigstoreTrustedRoot(parsing: root.bytes).logs[0].id
        for (bytes, isRight) in [(Array(id.prefix(4)), true), (id, true), ([0, 0, 0, 0], false), (id + [0], false)] {
            let error = error { $0["tlogs"]?[0]?["checkpointKeyId"] = ["keyId": .base64(bytes)] }
            #expect((error == nil) == isRight, "\(bytes)")
        }
    }

    @Test("a log has the id of its key, at the host where it is")
    func logIDs() {
        let other = JSONTree.base64([UInt8](repeating: 1, count: 32))
        for key in ["tlogs", "ctlogs"] {
            let error = error { $0[key]?[0]?["logId"]?["keyId"] = other }
            #expect(error?.description.contains("`\(key)[0].logId.keyId`") == true)
        }
        // The id of Rekor v2 is made of the host's name, that of Rekor v1 of the key alone.
        #expect(error { $0["tlogs"]?[1]?["baseUrl"] = "https://other.example" } != nil)
        #expect(error { $0["tlogs"]?[1]?["baseUrl"] = "https://log2026-1.rekor.example:8443/api" } == nil)
        #expect(error { $0["tlogs"]?[0]?["baseUrl"] = "https://other.example" } == nil)
    }

    @Test("a key or certificate that cannot be used is refused, and another hash function as well")
    func unusable() {
        #expect(error { $0["tlogs"]?[0]?["publicKey"]?["rawBytes"] = "AAAA" } != nil)
        #expect(error { $0["tlogs"]?[0]?["publicKey"]?["keyDetails"] = "PKIX_ED25519" } != nil)
        #expect(
            error { $0["tlogs"]?[0]?["publicKey"]?["keyDetails"] = nil }
                == .missing(field: "tlogs[0].publicKey.keyDetails"))
        #expect(error { $0["tlogs"]?[0]?["hashAlgorithm"] = "SHA2_512" } != nil)
        let path = "certificateAuthorities[0].certChain.certificates"
        #expect(
            error { $0["certificateAuthorities"]?[0]?["certChain"]?["certificates"] = [] } == .missing(field: path))
        let malformed = error {
            $0["certificateAuthorities"]?[0]?["certChain"]?["certificates"]?[0]?["rawBytes"] = "AAAA"
        }
        #expect(malformed?.description.contains("`\(path)[0].rawBytes`") == true)
    }

    @Test("more instances than there can be are refused before any is looked at")
    func limits() {
        #expect(
            error { $0["tlogs"] = .array([JSONTree](repeating: [:], count: 65)) }
                == .tooMany(field: "tlogs", found: 65, limit: 64))
    }

    @Test("an organisation's own roots are believed for what they issued, and there has to be one")
    func roots() throws {
        var signing = sigstore
        let material = try signing.sign([1], .bundleV2())
        let read = try SigstoreTrustedRoot(parsing: material.trustedRoot.bytes)
        let own = try SigstoreTrustedRoot(
            roots: [try Certificate(der: sigstore.fulcio.root.der)],
            intermediates: [try Certificate(der: sigstore.fulcio.intermediate.der)],
            timestampAuthorities: read.timestampAuthorities)
        let other = try SigstoreTrustedRoot(
            roots: [try Certificate(der: SigstoreSimulator().fulcio.root.der)],
            timestampAuthorities: read.timestampAuthorities)
        let rule = try GitHubWorkflow(owner: "acme", workflow: nil, refs: [], runner: nil).rule()
        let requirements = try SigstoreRequirements(
            signers: .identities([rule]), evidence: SigstoreEvidence(logs: 0, timestamps: 1, certificateLogs: 0))
        func step(_ root: SigstoreTrustedRoot) throws -> SigstoreStep? {
            SigstoreVerifier(root: root, requirements: requirements)
                .judge(try material.entity(), of: SigstoreArtifact(content: [1]), as: .signature).step
        }
        #expect(try step(own) == nil)
        #expect(try step(other) == .chain)
        #expect(throws: ChainError.self) { try SigstoreTrustedRoot(roots: []) }
    }
}
