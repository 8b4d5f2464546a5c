import Foundation
import Testing

extension EndToEnd {
    @Suite("dockgate certs create")
    struct CertsCommandTests {
        let scratch: Scratch

        init() throws { scratch = try Scratch() }

        private func create(_ arguments: String...) throws -> Command {
            try Command.run(Program.path, ["certs", "create", "--directory", scratch.path + "/certs"] + arguments)
        }

        private func mode(_ file: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: "\(scratch.path)/certs/\(file)")[.posixPermissions] as? Int
        }

        @Test("it writes three files, the key for its owner only, and never the authority's key")
        func files() throws {
            let command = try create("--host", "localhost", "--host", "127.0.0.1")
            #expect(command.status == 0)
            let written = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/certs").sorted()
            #expect(written == ["ca.crt", "tls.crt", "tls.key"])
            #expect(command.outputLines == written.map { "\(scratch.path)/certs/\($0)" })
            #expect(try mode("tls.key") == 0o600)
            #expect(try mode("tls.crt") == 0o644)
        }

        @Test(
            "openssl verifies the serving certificate for its names against the authority, and for no other",
            .enabled(if: Command.exists("openssl")))
        func openssl() throws {
            #expect(try create("--host", "gate.example.com", "--host", "127.0.0.1", "--days", "3").status == 0)
            func verifies(_ arguments: String...) throws -> Bool {
                let certs = scratch.path + "/certs"
                let fixed = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", certs + "/ca.crt"]
                return try Command.run("openssl", fixed + arguments + [certs + "/tls.crt"]).status == 0
            }
            #expect(try verifies("-verify_hostname", "gate.example.com"))
            #expect(try verifies("-verify_ip", "127.0.0.1"))
            #expect(try !verifies("-verify_hostname", "other.example.com"))
            let inFourDays = String(Int(Date().timeIntervalSince1970) + 4 * 86_400)
            #expect(try !verifies("-attime", inFourDays, "-verify_hostname", "gate.example.com"))
        }

        @Test("nothing that exists is overwritten, and nothing is written beside it")
        func noOverwriting() throws {
            try scratch.write("mine", to: "certs/tls.key")
            let command = try create("--host", "localhost")
            #expect(command.status == 2)
            #expect(command.errorLines.count == 1)
            #expect(command.errors.contains("`\(scratch.path)/certs/tls.key` exists and is not overwritten"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/certs") == ["tls.key"])
            #expect(Scratch.text(scratch.path + "/certs/tls.key") == "mine")
        }

        @Test(
            "no host, no name, or no sensible lifetime is a mistake",
            arguments: [
                [], ["--host", ""], ["--host", "two words"], ["--host", "localhost", "--days", "826"],
            ])
        func misuse(arguments: [String]) throws {
            let command = try Command.run(
                Program.path, ["certs", "create", "--directory", scratch.path + "/certs"] + arguments)
            #expect(command.status == 2)
            #expect(!FileManager.default.fileExists(atPath: scratch.path + "/certs"))
        }
    }
}
