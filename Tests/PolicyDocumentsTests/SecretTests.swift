import PolicyDocuments
import Testing
import Timestamp

@Suite("Secrets in policies")
struct SecretTests {
    /// Made up, and put together here, so that no scanner takes these lines for real ones.
    private static func made(_ prefix: String, _ length: Int) -> String {
        prefix + String(repeating: "Ab1", count: length / 3 + 1).prefix(length)
    }

    private static let secrets: [(text: String, kind: String)] = [
        ("-----BEGIN PRIVATE" + " KEY-----", "a private key"),
        ("-----BEGIN ENCRYPTED SIGSTORE PRIVATE" + " KEY-----", "a private key"),
        ("-----BEGIN PGP PRIVATE" + " KEY BLOCK-----", "a private key"),
        ("PuTTY-User-" + "Key-File-3: ecdsa-sha2-nistp256", "a private key"),
        (made("AGE-SECRET-" + "KEY-1", 58), "a private key"),
        (made("ghp" + "_", 36), "an access token of GitHub"),
        (made("github" + "_pat_", 82), "an access token of GitHub"),
        (made("glpat" + "-", 20), "an access token of GitLab"),
        (made("dckr" + "_pat_", 27), "an access token of Docker"),
        ("AKIA" + "ABCDEFGHIJKLMNOP", "an access key of AWS"),
        (made("AIza", 35), "an API key of Google"),
        (made("hvs" + ".", 24), "a token of Vault"),
        (made("eyJ", 20) + "." + made("eyJ", 20) + "." + made("s", 20), "a signed token (JWT)"),
        ("https://" + "robot:canary-secret@registry.example.com/v2/", "a password"),
    ]

    private static let policy = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata:
          name: p
          annotations:
            note: "SECRET"
        spec: {checks: [{trustedRegistries: ["registry.example.com/**"]}]}
        """

    private func problems(_ text: String) -> String? {
        do {
            _ = try PolicyDocuments.load(
                directory: "policies", formats: [], now: .earliest, from: MemorySource(["policies/a.yaml": text]))
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "P16: a secret in a policy is a mistake, told by its kind and line and never shown", arguments: secrets.indices)
    func policies(index: Int) {
        let (text, kind) = Self.secrets[index]
        let expected = "error: \(kind) does not belong here; remove it, and replace it wherever it is in use"
        #expect(problems(Self.policy.replacing("SECRET", with: text)) == "policies/a.yaml:6:1: \(expected)")
        // In a comment, and where a pattern belongs, whose message would show it.
        #expect(problems(Self.policy + "\n# \(text)") == "policies/a.yaml:8:1: \(expected)")
        #expect(
            problems(Self.policy.replacing("registry.example.com/**", with: text)) == "policies/a.yaml:7:1: \(expected)"
        )
    }

    @Test(
        "P16: a secret in the configuration is a mistake, and not shown as a value of the wrong type",
        arguments: secrets.indices)
    func configuration(index: Int) {
        let (text, kind) = Self.secrets[index]
        let configuration = """
            apiVersion: dockgate.dev/v1
            kind: GateConfiguration
            metadata: {name: gate}
            spec:
              policies: {directory: policies}
              registries: [{host: registry.example.com, credentials: "\(text)"}]
            """
        do {
            _ = try GateConfiguration.load(file: "gate.yaml", from: MemorySource(["gate.yaml": configuration]))
            Issue.record("loaded")
        } catch {
            #expect(error.description.hasPrefix("gate.yaml:6:1: error: \(kind) does not belong here"))
        }
    }

    @Test(
        "what only resembles a secret is none",
        arguments: [
            "-----BEGIN PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----", "the private key is in the vault",
            "ghp_short", "xghp_" + "Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1Ab1", "AKIA", "eyJhbGciOiJFUzI1NiJ9",
            "https://registry.example.com:5000/v2/", "https://robot@registry.example.com/",
            "https://registry.example.com/@scope:x", "release@example.com: see the handbook",
            "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ])
    func harmless(text: String) {
        #expect(problems(Self.policy.replacing("SECRET", with: text)) == nil)
    }
}
