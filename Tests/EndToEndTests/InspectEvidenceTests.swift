import Cryptography
import OCI
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    /// What a simulated Sigstore made, shown without being verified.
    @Suite("dockgate inspect bundle, entry, checkpoint, envelope and tuf")
    struct InspectEvidenceTests {
        private static let simulated = Result { try SigstoreSimulator() }
        private static let notVerified = "Nothing of this was verified: it is what the file says of itself."

        private let artifact = Array("an image manifest".utf8)

        private func sign(_ order: SigningOrder, telling lie: Lie? = nil) throws -> SignedMaterial {
            var sigstore = try InspectEvidenceTests.simulated.get()
            return try lie.map { try sigstore.sign(artifact, order, telling: $0) } ?? sigstore.sign(artifact, order)
        }

        private func inspect(_ kind: String, _ input: [UInt8], _ format: String = "table") throws -> Command {
            let command = try Command.run(Program.path, ["inspect", kind, "-", "-o", format], input: input)
            if format == "table", command.status == 0 {
                #expect(command.outputLines.last == InspectEvidenceTests.notVerified)
            }
            return command
        }

        private func json(_ kind: String, _ input: [UInt8]) throws -> JSONValue {
            let command = try inspect(kind, input, "json")
            #expect(command.status == 0, "\(command.errors)")
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            #expect(root["verified"]?.boolean == false && root["kind"]?.string == kind)
            return root
        }

        // MARK: - Bundles

        @Test("a bundle tells who signed what, when, and in which log, as it says itself")
        func bundle() throws {
            let bytes = try #require(try sign(.bundle(predicateType: "https://spdx.dev/Document")).bundle).bytes
            let identity = SimulatedIdentity.githubWorkflow()
            let shown = try inspect("bundle", bytes).output
            for line in [
                "Sigstore bundle 0.3", "`\(identity.subject)` as `\(identity.issuer)` knows it",
                "githubWorkflowRepository  ", "acme/app", "a DSSE envelope", "application/vnd.in-toto+json",
                "https://spdx.dev/Document", "sha256:\(SHA2.sha256(artifact).hexadecimal)", ", entry ",
                "a signed entry timestamp", "rekor.example - ",
            ] { #expect(shown.contains(line), "\(line) is not in \(shown)") }
            let root = try json("bundle", bytes)
            #expect(root["version"]?.string == "0.3")
            #expect(root["signer"]?["subject"]?.string == identity.subject)
            #expect(root["signer"]?["extensions"]?["githubWorkflowRepository"]?.string == "acme/app")
            #expect(root["envelope"]?["statement"]?["predicateType"]?.string == "https://spdx.dev/Document")
            #expect(root["entries"]?.elements.first { _ in true }?["promise"]?.boolean == true)
        }

        @Test("every form of every age is shown, by keys and by identities")
        func everyAge() throws {
            for order in SigningOrder.everyAge(key: try PrivateKey.generate(.ecdsaP256)) {
                guard let bundle = try sign(order).bundle else { continue }
                let root = try json("bundle", bundle.bytes)
                #expect(root["entries"]?.count == order.entries.count, "\(order)")
                #expect(root["timestamps"]?.count == (order.isTimestamped ? 1 : 0), "\(order)")
                let isKey = if case .key = order.signer { true } else { false }
                #expect((root["signer"]?["keyHint"] != nil) == isKey, "\(order)")
                #expect((root["digest"] != nil) == (root["envelope"] == nil), "\(order)")
            }
        }

        @Test(
            "what no verifier would accept is shown all the same, and what none would read is a mistake with its place")
        func lies() throws {
            for lie in [Lie.content(.signatureChanged), .certificate(.strangeAuthority), .log(.promiseByOtherKey)] {
                let material = try sign(try #require(lie.orders.first), telling: lie)
                if let bundle = material.bundle { #expect(try inspect("bundle", bundle.bytes).status == 0, "\(lie)") }
            }
            for (lie, words) in [
                (BundleLie.unknownMember, "`verified` is an unknown field"), (.noMediaType, "`mediaType` is missing"),
                (.repeatedMember, "strict JSON"),
                (.twoVerifiers, "`verificationMaterial` is of 2 signers"),
            ] {
                let bundle = try #require(try sign(.bundle(), telling: .bundle(lie)).bundle)
                let command = try inspect("bundle", bundle.bytes)
                #expect(command.status == 2 && command.output == "")
                #expect(
                    command.errors.hasPrefix("stdin: error: ") && command.errors.contains(words), "\(command.errors)")
            }
        }

        // MARK: - Entries

        @Test("an entry is the same from a bundle, an annotation and an answer of Rekor")
        func entry() throws {
            let bundle = try #require(try sign(.bundle()).bundle)
            let entry = try #require(bundle["verificationMaterial"]?["tlogEntries"]?[0])
            let layer = try #require(try sign(.signatureLayer()).layer)
            let annotation = Array(try #require(layer.annotations[SimulatedLayer.bundleKey]).utf8)
            for (bytes, kind) in [
                (entry.bytes, "dsse 0.0.1"), (annotation, "hashedrekord 0.0.1"), (try answer(entry), "dsse 0.0.1"),
            ] {
                let root = try json("entry", bytes)
                #expect(root["body"]?["kind"]?.string == kind)
                #expect(root["body"]?["signer"]?["subject"]?.string == SimulatedIdentity.githubWorkflow().subject)
                #expect(root["integratedTime"]?.string == "2026-03-01T10:00:02Z")
                #expect(root["promise"]?.boolean == true)
                let shown = try inspect("entry", bytes).output
                #expect(shown.contains(kind) && shown.contains("2026-03-01T10:00:02Z\n"), "\(shown)")
            }
            #expect(try json("entry", entry.bytes)["inclusionProof"]?["treeSize"]?.integer != nil)
            #expect(
                try json("entry", try answer(entry))["inclusionProof"]?["rootHash"]?.string
                    == json("entry", entry.bytes)["inclusionProof"]?["rootHash"]?.string)
        }

        /// As Rekor v1 writes an entry that a bundle has.
        private func answer(_ entry: JSONTree) throws -> [UInt8] {
            func text(_ value: JSONTree?) throws -> String {
                guard case .string(let text)? = value else { throw CommandFailure("no text") }
                return text
            }
            func number(_ value: JSONTree?) throws -> JSONTree { .integer(Int(try text(value)) ?? 0) }
            func hexadecimal(_ value: JSONTree?) throws -> JSONTree {
                .string((Base64.decode(try text(value).utf8) ?? []).hexadecimal)
            }
            let proof = try #require(entry["inclusionProof"])
            guard case .array(let hashes)? = proof["hashes"] else { throw CommandFailure("no hashes") }
            let answer: JSONTree = [
                "24296fb24b8ad77a": [
                    "body": entry["canonicalizedBody"], "integratedTime": try number(entry["integratedTime"]),
                    "logID": try hexadecimal(entry["logId"]?["keyId"]), "logIndex": try number(entry["logIndex"]),
                    "verification": [
                        "inclusionProof": [
                            "checkpoint": proof["checkpoint"]?["envelope"],
                            "hashes": .array(try hashes.map { try hexadecimal($0) }),
                            "logIndex": try number(proof["logIndex"]), "rootHash": try hexadecimal(proof["rootHash"]),
                            "treeSize": try number(proof["treeSize"]),
                        ],
                        "signedEntryTimestamp": entry["inclusionPromise"]?["signedEntryTimestamp"],
                    ],
                ]
            ]
            return answer.bytes
        }

        @Test("what is no entry is a mistake that says where")
        func noEntry() throws {
            for (text, words) in [
                ("{}", "0 members, expected one entry"), ("[]", "a list, expected an object"),
                (#"{"logIndex":"1","logId":{"keyId":"AA=="}}"#, "logId.keyId"),
                (#"{"a":{"body":"AA==","integratedTime":1,"logID":"x","logIndex":1}}"#, "a.logID"),
                (#"{"SignedEntryTimestamp":"AA=="}"#, "`Payload` is missing"),
                (#"{"a":{},"b":{}}"#, "2 members"), ("x", "not strict JSON"),
            ] {
                let command = try inspect("entry", Array(text.utf8))
                #expect(command.status == 2, "\(text)")
                #expect(command.errors.contains(words), "\(text): \(command.errors)")
            }
        }

        // MARK: - Checkpoints

        @Test("a checkpoint tells origin, size, root hash and whose lines stand below it")
        func checkpoint() throws {
            let bundle = try #require(try sign(.bundleV2()).bundle)
            let proof = bundle["verificationMaterial"]?["tlogEntries"]?[0]?["inclusionProof"]
            guard case .string(let note)? = proof?["checkpoint"]?["envelope"] else {
                Issue.record("no checkpoint")
                return
            }
            let root = try json("checkpoint", Array(note.utf8))
            #expect(root["origin"]?.string == "log2026-1.rekor.example")
            #expect(root["signatures"]?.elements.first { _ in true }?["name"]?.string == "log2026-1.rekor.example")
            let shown = try inspect("checkpoint", Array(note.utf8)).output
            #expect(
                shown.contains("origin     log2026-1.rekor.example\n") && shown.contains("\nentries    "), "\(shown)")
            for (text, words) in [
                ("", "empty line"), (note.replacing("— ", with: "- "), "em dash"),
                (String(note.dropLast()), "line end"),
                ("a\nb\n\n— x AAAAAAA=\n", "less than three lines"),
            ] {
                let command = try inspect("checkpoint", Array(text.utf8))
                #expect(command.status == 2 && command.errors.contains(words), "\(command.errors)")
            }
        }

        // MARK: - Envelopes

        @Test("an envelope tells what its statement is about, and for provenance how it was built")
        func envelope() throws {
            let predicate: JSONTree = [
                "builder": ["id": "https://builder.example"], "buildType": "https://type.example",
                "invocation": ["configSource": ["uri": "git+https://github.com/acme/app@refs/heads/main"]],
            ]
            let layer = try #require(try sign(.attestationLayer(predicate: predicate)).layer)
            let shown = try inspect("envelope", layer.blob).output
            for line in [
                "https://in-toto.io/Statement/v0.1\n", "https://slsa.dev/provenance/v0.2\n",
                "https://builder.example\n", "https://type.example\n", "https://github.com/acme/app\n",
                "refs/heads/main\n", "builder, buildType, invocation\n",
            ] { #expect(shown.contains(line), "\(line) is not in \(shown)") }
            let root = try json("envelope", layer.blob)
            #expect(root["statement"]?["provenance"]?["builder"]?.string == "https://builder.example")
            #expect(root["signatures"]?.count == 1)
            let other = #"{"payload":"e30=","payloadType":"application/x","signatures":[{"sig":"AA=="}]}"#
            #expect(
                try inspect("envelope", Array(other.utf8)).output.contains("none: `payloadType` is `application/x`"))
            #expect(try inspect("envelope", Array("{}".utf8)).errors.contains("`payload` is missing"))
        }

        // MARK: - TUF

        private func metadata(_ signed: String) -> [UInt8] {
            Array(#"{"signatures":[{"keyid":"one","sig":"00"},{"keyid":"two","sig":""}],"signed":{\#(signed)}}"#.utf8)
        }

        @Test("metadata tells its role, version, expiry, keys, thresholds, delegations and files")
        func tuf() throws {
            let head = #""spec_version":"1.0.31","version":7,"expires":"2030-01-01T00:00:00Z","#
            let key = try PrivateKey.generate(.ed25519).publicKey
            let raw = Array(key.subjectPublicKeyInfo.suffix(32)).hexadecimal
            let keys =
                #""keys":{"one":{"keytype":"ed25519","scheme":"ed25519","keyval":{"public":"\#(raw)"}},"#
                + #""two":{"keytype":"sphincs","scheme":"x","keyval":{"public":"00"}}}"#
            let role = #"{"keyids":["one","two"],"threshold":2}"#
            let root = metadata(
                #""_type":"root",\#(head)\#(keys),"consistent_snapshot":true,"roles":{"root":\#(role),"timestamp":\#(role),"snapshot":\#(role),"targets":\#(role)}"#
            )
            let shown = try inspect("tuf", root).output
            for line in [
                "root", "7\n", "2030-01-01T00:00:00Z\n", "one  Ed25519\n", "timestamp, 2 of 2: one, two\n",
                "`sphincs x`, which is not understood and counts for nothing\n", "key two, which has yet to sign\n",
            ] { #expect(shown.contains(line), "\(line) is not in \(shown)") }
            #expect(try json("tuf", root)["roles"]?.count == 4)

            let targets = metadata(
                #""_type":"targets",\#(head)"targets":{"trusted_root.json":{"length":12,"hashes":{"sha256":"\#(String(repeating: "ab", count: 32))"}}},"delegations":{\#(keys),"roles":[{"name":"registry","keyids":["one"],"threshold":1,"terminating":true,"paths":["registry.npmjs.org/*"]}]}"#
            )
            let listed = try inspect("tuf", targets).output
            for line in [
                "trusted_root.json  12 bytes  sha256:abab", "registry, 1 of 1: one, and nobody after it\n",
                "registry.npmjs.org/*\n",
            ] { #expect(listed.contains(line), "\(line) is not in \(listed)") }
            let timestamp = metadata(#""_type":"timestamp",\#(head)"meta":{"snapshot.json":{"version":9}}"#)
            #expect(try inspect("tuf", timestamp).output.contains("snapshot.json  version 9\n"))
            let snapshot = metadata(#""_type":"snapshot",\#(head)"meta":{"targets.json":{"version":3,"length":4}}"#)
            #expect(try inspect("tuf", snapshot).output.contains("targets.json  version 3  4 bytes\n"))
        }

        @Test("metadata that an update would not read is a mistake that says where")
        func noMetadata() throws {
            for (text, words) in [
                ("{}", "`$.signed`"), ("x", "not strict JSON"),
                (#"{"signatures":[],"signed":{"_type":"mirrors"}}"#, "`root`, `timestamp`, `snapshot` or `targets`"),
                (
                    #"{"signatures":[],"signed":{"_type":"timestamp","spec_version":"2.0","version":1,"expires":"2030-01-01T00:00:00Z"}}"#,
                    "version `2.0` of the specification"
                ),
                (
                    #"{"signatures":[],"signed":{"_type":"snapshot","spec_version":"1.0","version":0,"expires":"2030-01-01T00:00:00Z"}}"#,
                    "a whole number from 1 at `$.signed.version`"
                ),
            ] {
                let command = try inspect("tuf", Array(text.utf8))
                #expect(command.status == 2 && command.output == "", "\(text)")
                #expect(command.errors.contains(words), "\(text): \(command.errors)")
            }
        }

        // MARK: - Whatever it is

        @Test("hostile text never reaches the terminal as it is", arguments: ["table", "json"])
        func hostile(format: String) throws {
            let evil = "evil\u{1b}[31m\u{9b}2J\u{202e}\nkind  x"
            var identity = SimulatedIdentity.person()
            identity.name = .username(evil)
            identity.claims[4] = evil
            let material = try sign(
                .bundle(by: .keyless(identity), predicateType: "https://example.com/\(evil)", predicate: ["a": "b"]))
            let bundle = try #require(material.bundle)
            let head = #""spec_version":"1.0","version":1,"expires":"2030-01-01T00:00:00Z""#
            let target = JSONTree.string(evil).bytes
            let metadata =
                Array(#"{"signatures":[],"signed":{"_type":"targets",\#(head),"targets":{"#.utf8) + target
                + Array(#":{"length":1,"hashes":{"sha256":"\#(String(repeating: "0", count: 64))"}}}}}"#.utf8)
            let entry = try #require(bundle["verificationMaterial"]?["tlogEntries"]?[0])
            for (kind, bytes) in [
                ("bundle", bundle.bytes), ("entry", entry.bytes), ("tuf", metadata),
                ("envelope", try #require(bundle["dsseEnvelope"]).bytes),
                (
                    "checkpoint",
                    Array(
                        "evil\u{202e}\u{2028}\n1\n\(Base64.encode(SHA2.sha256([])))\n\n— evil\u{202e} AAAAAAA=\n"
                            .utf8)
                ),
            ] {
                let command = try inspect(kind, bytes, format)
                #expect(command.output.isHarmless && command.errors.isHarmless, "\(kind): \(command.output)")
                #expect(
                    (command.output + command.errors).contains("evil"), "\(kind): \(command.output)\(command.errors)")
                #expect(command.outputLines.count { $0.hasPrefix("kind") } <= 1)
            }
        }

        @Test("a file that is not there or too long is a mistake")
        func files() throws {
            let scratch = try Scratch()
            for kind in ["bundle", "entry", "checkpoint", "envelope", "tuf"] {
                let absent = try Program.run("inspect", kind, scratch.path + "/absent")
                #expect(absent.status == 2 && absent.errors.contains("does not exist"))
                #expect(try Program.run("inspect", kind, scratch.path).errors.contains("is a directory"))
            }
            let long = try scratch.write([UInt8](repeating: 0x20, count: 70_000), to: "long")
            #expect(try Program.run("inspect", "checkpoint", long).errors.contains("is longer than 65536 bytes"))
        }
    }
}
