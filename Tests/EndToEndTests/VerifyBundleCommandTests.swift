import OCI
import TestSupport
import Testing
import Trust

extension EndToEnd {
    /// What sigstore-conformance's protocol asks, of a simulated Sigstore.
    @Suite("dockgate verify-bundle")
    struct VerifyBundleCommandTests {
        private let scratch: Scratch
        private let signed: SignedMaterial
        private let identity = SimulatedIdentity.person()

        init() throws {
            scratch = try Scratch()
            var sigstore = try SigstoreSimulator()
            signed = try sigstore.sign(Array("an artifact".utf8), .message(by: .keyless(.person())))
        }

        private func verify(
            _ subject: String, identity: String = "builder@example.com", bundle: [UInt8]? = nil
        ) throws -> Int32 {
            try Program.run(
                "verify-bundle", "--bundle", scratch.write(bundle ?? signed.bundle?.bytes ?? [], to: "bundle.json"),
                "--certificate-identity", identity, "--certificate-oidc-issuer", self.identity.issuer,
                "--trusted-root", scratch.write(signed.trustedRoot.bytes, to: "root.json"), subject
            ).status
        }

        @Test("a bundle verifies against the file, and against its digest")
        func verifies() throws {
            #expect(try verify(scratch.write(signed.artifact, to: "artifact")) == 0)
            #expect(try verify("\(Digest.sha256(of: signed.artifact))") == 0)
        }

        @Test("another file, another digest, another signer and a broken bundle end with 1")
        func refused() throws {
            let artifact = try scratch.write(signed.artifact, to: "artifact")
            #expect(try verify(scratch.write("another artifact", to: "other")) == 1)
            #expect(try verify("\(Digest.sha256(of: []))") == 1)
            #expect(try verify(artifact, identity: "stranger@example.com") == 1)
            #expect(try verify(artifact, bundle: Array("{}".utf8)) == 1)
        }

        @Test("a file that is not there, and a key beside an identity, end with 2")
        func mistakes() throws {
            #expect(try verify(scratch.path + "/nowhere") == 2)
            let root = try scratch.write(signed.trustedRoot.bytes, to: "root.json")
            let both = try Program.run(
                "verify-bundle", "--bundle", root, "--key", root, "--certificate-identity", "a",
                "--certificate-oidc-issuer", "b", "--trusted-root", root, root)
            #expect(both.status == 2)
        }
    }
}
