import Cryptography
import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("dockgate inspect")
    struct InspectCommandTests {
        let stage: Stage
        let scratch: Scratch

        init() throws {
            stage = try Stage.current()
            scratch = try Scratch()
        }

        private func inspect(_ arguments: String..., input: [UInt8] = []) throws -> Command {
            try Command.run(Program.path, ["inspect"] + arguments, input: input)
        }

        private func json(_ command: Command) throws -> JSONValue {
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            return root
        }

        // MARK: - Reference

        @Test("a reference is shown in the parts by which it is compared")
        func reference() throws {
            #expect(
                try inspect("reference", "nginx").outputLines == [
                    "reference   docker.io/library/nginx:latest", "registry    docker.io",
                    "repository  library/nginx", "tag         latest  (none is written)",
                ])
            let digest = "sha256:" + String(repeating: "a", count: 64)
            let both = try inspect("reference", "Registry.Example.com:443/shop/web:1.0@\(digest)")
            #expect(
                both.outputLines == [
                    "reference   registry.example.com/shop/web:1.0@\(digest)", "registry    registry.example.com",
                    "repository  shop/web", "tag         1.0",
                    "digest      \(digest)  (decides; the tag is information)",
                ])
            let root = try json(try inspect("reference", "-o", "json", "nginx@\(digest)"))
            #expect(root["reference"]?.string == "docker.io/library/nginx@\(digest)")
            #expect(root["registry"]?.string == "docker.io" && root["repository"]?.string == "library/nginx")
            #expect(root["tag"] == nil && root["digest"]?.string == digest)
        }

        @Test(
            "what is no reference is a mistake that says why",
            arguments: ["", "registry.example.com/UPPER/x", "a:b:c", "\u{1b}[31m", "a b"])
        func noReference(text: String) throws {
            let command = try inspect("reference", text)
            #expect(command.status == 2)
            #expect(command.output == "" && command.errorLines.count == 1 && command.errors.hasPrefix("error: "))
            #expect(command.errors.isHarmless)
        }

        // MARK: - Manifest

        @Test("a manifest is shown with its digest, from a file, standard input and a registry alike")
        func manifest() throws {
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            let remote = try inspect("manifest", stage.signed, "--config", files.configuration, "-o", "json")
            #expect(remote.status == 0, "\(remote.errors)")
            let root = try json(remote)
            #expect(root["digest"]?.string == stage.signedDigest.description)
            #expect(root["image"]?.string == "\(stage.registry)/\(Stage.path)@\(stage.signedDigest)")
            #expect(root["kind"]?.string == "image manifest")
            #expect((root["layers"]?.count ?? 0) > 0 && root["config"]?["digest"]?.string != nil)

            let url = "http://\(stage.registry)/v2/\(Stage.path)/manifests/1.0"
            let bytes = Array(
                try Command.run("curl", ["-fsS", "-H", "Accept: \(MediaType.ociManifest)", url]).output.utf8)
            let file = try scratch.write(bytes, to: "manifest.json")
            for command in [try inspect("manifest", file), try inspect("manifest", "-", input: bytes)] {
                #expect(command.status == 0, "\(command.errors)")
                #expect(command.output.contains("digest         \(stage.signedDigest)\n"), "\(command.output)")
                #expect(command.output.contains("kind           image manifest\n"))
                #expect(command.output.contains("layer 1        sha256:"))
            }
        }

        @Test("an index, a configuration, and a manifest without a type are told apart")
        func kinds() throws {
            var layout = SimulatedLayout()
            let digest = layout.addImage()
            layout.addIndex(of: [digest])
            func kind(_ bytes: [UInt8]?) throws -> String? {
                try json(try inspect("manifest", "-", "-o", "json", input: try #require(bytes)))["kind"]?.string
            }
            #expect(try kind(layout.allFiles.first { $0.path == "index.json" }?.content) == "index")
            let config = Array(
                #"{"architecture":"arm64","variant":"v8","os":"linux","config":{"User":"","Env":["A=b"],"Cmd":["x","y"]}}"#
                    .utf8)
            #expect(try kind(config) == "image configuration")
            let shown = try inspect("manifest", "-", input: config)
            #expect(shown.output.contains("platform     linux/arm64/v8\n"))
            #expect(shown.output.contains("user         root\n"))
            #expect(shown.output.contains("command      x y\n"))
        }

        @Test("what is none, and what cannot be had, end differently")
        func failures() throws {
            for text in [
                "", "{}", "[]", "x", #"{"schemaVersion":1}"#, #"{"schemaVersion":2,"layers":[],"manifests":[]}"#,
            ] {
                let command = try inspect("manifest", "-", input: Array(text.utf8))
                #expect(command.status == 2, "\(text)")
                #expect(command.output == "" && command.errors.hasPrefix("stdin: error: "), "\(command.errors)")
            }
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            let absent = try inspect("manifest", "\(stage.registry)/shop/none:1", "--config", files.configuration)
            #expect(absent.status == 2)
            #expect(absent.errors.contains("there is no `\(stage.registry)/shop/none:1` in its registry"))
            let down = try inspect("manifest", "127.0.0.1:\(try FreePort.any())/a:1", "--timeout", "5")
            #expect(down.status == 3, "\(down.errors)")
            #expect(try inspect("manifest", scratch.path + "/No File").errors.contains("there is no file"))
            #expect(try inspect("manifest", scratch.path).status == 2)
            #expect(try inspect("manifest", "x", "--timeout", "0").status == 2)
        }

        // MARK: - Certificate

        @Test("a certificate is shown from PEM and DER alike, a chain one after the other")
        func certificate() throws {
            let certs = scratch.path + "/certs"
            let made = try Program.run(
                "certs", "create", "--directory", certs, "--host", "gate.example.com", "--host", "::1")
            #expect(made.status == 0)
            let pem = Scratch.bytes(certs + "/tls.crt")
            let armour = String(decoding: pem, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-----") }
            let der = try #require(Base64.decode(Array(armour.joined().utf8)))
            let file = try scratch.write(der, to: "tls.der")
            let fingerprint = "sha256:" + SHA2.sha256(der).hexadecimal
            for command in [try inspect("certificate", certs + "/tls.crt"), try inspect("certificate", file)] {
                #expect(command.status == 0, "\(command.errors)")
                #expect(command.output.contains("subject      CN=gate.example.com\n"), "\(command.output)")
                #expect(command.output.contains("issuer       CN=Dockgate development CA\n"))
                #expect(command.output.contains("name         DNS:gate.example.com\nname         IP:0:0:0:0:0:0:0:1\n"))
                #expect(command.output.contains("  (now)\n"))
                #expect(command.output.contains("key          ECDSA P-256  sha256:"))
                #expect(command.output.contains("fingerprint  \(fingerprint)\n"))
            }
            let chain = pem + Scratch.bytes(certs + "/ca.crt")
            let root = try json(try inspect("certificate", "-", "-o", "json", input: chain))
            let certificates = try #require(root["certificates"]).elements.map { $0 }
            #expect(certificates.map { $0["fingerprint"]?.string == fingerprint } == [true, false])
            #expect(certificates.map { $0["authority"]?.boolean } == [false, true])
            #expect(certificates.map { $0["valid"]?.boolean } == [true, true])
            #expect(certificates.first?["alternativeNames"]?.count == 2)
        }

        @Test("openssl shows the same fingerprint and serial number", .enabled(if: Command.exists("openssl")))
        func openssl() throws {
            let certs = scratch.path + "/certs"
            #expect(try Program.run("certs", "create", "--directory", certs, "--host", "localhost").status == 0)
            let theirs = try Command.run(
                "openssl", ["x509", "-in", certs + "/tls.crt", "-noout", "-fingerprint", "-sha256", "-serial"])
            let digits = theirs.outputLines.compactMap {
                $0.split(separator: "=").last?.replacing(":", with: "").lowercased()
            }
            let root = try json(try inspect("certificate", certs + "/tls.crt", "-o", "json"))
            let ours = try #require(root["certificates"]?.elements.first { _ in true })
            #expect(digits.contains(String(ours["fingerprint"]?.string?.dropFirst(7) ?? "")))
            #expect(digits.contains(ours["serialNumber"]?.string ?? ""))
        }

        @Test("what is no certificate is a mistake, and a private key is not shown")
        func noCertificate() throws {
            let key = try PrivateKey.generate(.ecdsaP256)
            let secret = try inspect("certificate", "-", input: try key.privateKeyPEM)
            #expect(secret.status == 2)
            #expect(secret.output == "")
            #expect(secret.errors.hasPrefix("stdin: error: found a private key"), "\(secret.errors)")
            #expect(try inspect("certificate", "-", input: Array("text".utf8)).status == 2)
            #expect(try inspect("certificate", scratch.path + "/absent").errorLines.count == 1)
        }

        @Test(
            "hostile text in a certificate or a manifest never reaches the terminal as it is",
            .enabled(if: Command.exists("openssl")), arguments: ["table", "json"])
        func hostile(format: String) throws {
            let name = "/O=\u{1b}[31m\u{9b}2J\u{202e}evil\nsubject      CN=good/CN=x"
            let made = try Command.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8", "-days",
                    "1",
                    "-keyout", "/dev/null", "-subj", name, "-addext", "subjectAltName=email:a\u{1b}[31m@b",
                ])
            try #require(made.status == 0, "\(made.errors)")
            let shown = try inspect("certificate", "-o", format, "-", input: Array(made.output.utf8))
            #expect(shown.status == 0, "\(shown.errors)")
            #expect(shown.output.isHarmless && shown.output.contains("evil"))
            #expect(shown.outputLines.filter { $0.hasPrefix("subject") }.count <= 1)
            let hostile = #"{"architecture":"a\u001b[31m\u202e\nkind  x","os":"linux","config":{"Env":["A=\u009b2J"]}}"#
            let manifest = try inspect("manifest", "-o", format, "-", input: Array(hostile.utf8))
            #expect(manifest.status == 0 && manifest.output.isHarmless, "\(manifest.errors)")
        }
    }
}
