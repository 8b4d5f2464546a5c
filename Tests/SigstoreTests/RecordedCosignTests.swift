import Cryptography
import Foundation
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// A signature that cosign itself made and pushed.
@Suite(.disabled(if: OutsideData.recordings == nil, "the recordings are not there: set DOCKGATE_RECORDED"))
struct RecordedCosignTests {
    let key: [UInt8]
    let manifest: [UInt8]
    let payload: [UInt8]
    let signature: [UInt8]
    let subject: Subject

    init() throws {
        let folder = try #require(OutsideData.recordings).appendingPathComponent("cosign")
        func read(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }
        key = try read("cosign.pub")
        manifest = try read("cosign-sig-manifest.json")
        payload = try read("cosign-sig-blob-c99767fd7ad2")
        subject = Subject(
            repository: try Repository(parsing: "127.0.0.1:5502/feas/cosigned"),
            digest: try Digest(parsing: "sha256:a24fe423eaed979ef400c9934c62f359ff6a113bd5d9293945a6d250eddd7557"))
        guard case .image(let image) = try Manifest(parsing: manifest, contentType: nil),
            let text = image.layers.first?.annotations["dev.cosignproject.cosign/signature"]
        else { throw Unreadable() }
        signature = try #require(Base64.decode(text.utf8))
    }

    private struct Unreadable: Error {}

    private func attestor(pem: [UInt8]? = nil) throws -> any Attestor {
        var fields = try PolicyFields([])
        fields.keys = [("cosign.pub", pem ?? key)]
        return try fields.load()
    }

    /// The recording with what a test changes, consistent in every fact that the signature does not cover.
    private func outcome(
        by attestor: any Attestor, payload: [UInt8]? = nil, signature: [UInt8]? = nil, subject: Subject? = nil
    ) -> VerificationOutcome {
        let subject = subject ?? self.subject
        var text = String(decoding: manifest, as: UTF8.self)
        let changed = payload ?? self.payload
        text = text.replacing("\(Digest.sha256(of: self.payload))", with: "\(Digest.sha256(of: changed))")
        text = text.replacing("\"size\":\(self.payload.count)", with: "\"size\":\(changed.count)")
        text = text.replacing(Base64.encode(self.signature), with: Base64.encode(signature ?? self.signature))
        let bytes = Array(text.utf8)
        let answers: [Locator: Fetched] = [
            .manifest(subject.repository, .tag("\(subject.digest.tagPrefix).sig"), limit: 512 * 1024): .found(
                .init(bytes: bytes, digest: .sha256(of: bytes), mediaType: "application/vnd.oci.image.manifest.v1+json")
            ),
            .blob(subject.repository, .sha256(of: changed), limit: changed.count): .found(
                .init(bytes: changed, digest: .sha256(of: changed), mediaType: nil)),
        ]
        return Conversation(attestor.verification(of: subject), answers: answers).outcome
    }

    @Test("what cosign signed passes")
    func verifies() throws {
        #expect(outcome(by: try attestor()).signers?.count == 1)
    }

    @Test("no bit of the payload can be changed, no byte taken away or added")
    func payloadChanges() throws {
        let attestor = try attestor()
        for index in payload.indices {
            for bit in 0..<8 {
                var changed = payload
                changed[index] ^= 1 << bit
                #expect(outcome(by: attestor, payload: changed).violation?.reason == .signatureInvalid, "byte \(index)")
            }
            var shorter = payload
            shorter.remove(at: index)
            #expect(outcome(by: attestor, payload: shorter).signers == nil, "without byte \(index)")
        }
        #expect(outcome(by: attestor, payload: payload + [0x0a]).signers == nil)
    }

    @Test("no bit of the signature can be changed, no byte taken away or added")
    func signatureChanges() throws {
        let attestor = try attestor()
        for index in signature.indices {
            for bit in 0..<8 {
                var changed = signature
                changed[index] ^= 1 << bit
                #expect(
                    outcome(by: attestor, signature: changed).violation?.reason == .signatureInvalid, "byte \(index)")
            }
            var shorter = signature
            shorter.remove(at: index)
            #expect(outcome(by: attestor, signature: shorter).signers == nil, "without byte \(index)")
        }
        #expect(outcome(by: attestor, signature: signature + [0]).signers == nil)
    }

    @Test("no character of the key can be changed: it does not load, or the signature is not by it")
    func keyChanges() throws {
        for index in key.indices where key[index] != UInt8(ascii: "\n") {
            var changed = key
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            guard let attestor = try? attestor(pem: changed) else { continue }
            #expect(outcome(by: attestor).violation?.reason == .signatureInvalid, "character \(index)")
        }
    }

    @Test("it is a signature of no other digest and for no other repository")
    func subjectChanges() throws {
        let attestor = try attestor()
        for index in subject.digest.bytes.indices {
            var bytes = subject.digest.bytes
            bytes[index] ^= 0x01
            let other = Subject(
                repository: subject.repository, digest: try #require(Digest(algorithm: .sha256, bytes: bytes)))
            #expect(outcome(by: attestor, subject: other).violation?.reason == .signatureForOtherImage)
        }
        for name in ["127.0.0.1:5502/feas/other", "127.0.0.1:5503/feas/cosigned", "127.0.0.1:5502/cosigned"] {
            let other = Subject(repository: try Repository(parsing: name), digest: subject.digest)
            #expect(outcome(by: attestor, subject: other).violation?.reason == .signatureForOtherRepository, "\(name)")
        }
    }
}
