import Cryptography
import Foundation
import OCI
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A registry that is away, and what was known before")
    struct LastKnownGoodTests {
        private let key: PrivateKey
        private let stranger: PrivateKey

        init() throws {
            key = try PrivateKey.generate(.ecdsaP256)
            stranger = try PrivateKey.generate(.ecdsaP256)
        }

        private func sign(_ digest: Digest, by key: PrivateKey, in registry: RegistrySimulator) throws {
            registry.pushSignatures(
                [try Stage.signature(of: digest, in: registry.authority, by: key)], of: digest, to: Stage.path)
        }

        /// Files of a gate whose production takes what was known for a day.
        private func files(_ registry: RegistrySimulator) throws -> GateFiles {
            let files = try GateFiles(registry: registry.authority, releaseKey: try key.publicKeyPEM)
            let policies = Scratch.text(files.policies + "/gate.yaml").replacing(
                "message: release it", with: "onUndetermined: {lastKnownGood: {for: 24h}}\n      message: release it")
            try files.scratch.write(policies, to: "policies/gate.yaml")
            return files
        }

        /// Asks a gate that was just started, so that nothing is cached.
        private func ask(
            _ image: String, _ files: GateFiles, _ registry: RegistrySimulator
        ) throws -> AdmissionAnswer {
            let gate = try GateProcess(files, registry: registry.authority)
            let answer = Result { try gate.ask(.pod(image)) }
            #expect(gate.end() == 0, "\(gate.log)")
            return try answer.get()
        }

        @Test(
            "a pinned image that was signed when somebody could look is let in after a restart, until it is seen unsigned"
        )
        func restart() async throws {
            try await withRegistrySimulator { registry in
                let digest = registry.pushImage(to: Stage.path, tag: "1.0", content: "1.0")
                let other = registry.pushImage(to: Stage.path, tag: "1.1", content: "1.1")
                try sign(digest, by: key, in: registry)
                try sign(other, by: key, in: registry)
                let files = try files(registry)
                let repository = "\(registry.authority)/\(Stage.path)"
                let pinned = "\(repository)@\(digest)"
                #expect(try ask(pinned, files, registry).isAllowed)

                registry.script(ScriptedFault("/v2/", do: .close))
                let away = try ask(pinned, files, registry)
                #expect(away.isAllowed, "\(away.message)")
                let relief = try #require(away.annotations["relief"])
                #expect(relief.hasPrefix("last known good at "), "\(relief)")
                let shown = try Program.run(
                    "audit", "show", try #require(away.decision), "--directory", files.audit)
                #expect(shown.output.contains("kind=lastKnownGood"), "\(shown.output)")
                for unknown in ["\(repository):1.0", "\(repository)@\(other)"] {
                    #expect(try !ask(unknown, files, registry).isAllowed, "\(unknown)")
                }

                registry.clearFaults()
                try sign(digest, by: stranger, in: registry)
                #expect(try ask(pinned, files, registry).reason == "signature-invalid")
                registry.script(ScriptedFault("/v2/", do: .close))
                let ended = try ask(pinned, files, registry)
                #expect(!ended.isAllowed && ended.annotations["undetermined"] == "true", "\(ended.message)")
            }
        }
    }
}
