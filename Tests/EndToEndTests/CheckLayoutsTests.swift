import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("dockgate check on image layouts and archives")
    struct CheckLayoutsTests {
        let stage: Stage
        let files: GateFiles

        init() throws {
            stage = try Stage.current()
            files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
        }

        private static let refName = "org.opencontainers.image.ref.name"

        private func check(_ arguments: String..., input: [UInt8] = []) throws -> Command {
            try Command.run(
                Program.path, ["check", "--config", files.configuration, "-n", "prod-shop"] + arguments, input: input)
        }

        /// A layout with the manifest that the registry has under `tag`.
        private func layout(_ tag: String, annotations: [String: String]) throws -> SimulatedLayout {
            let url = "http://\(stage.registry)/v2/\(Stage.path)/manifests/\(tag)"
            let command = try Command.run("curl", ["-fsS", "-H", "Accept: \(MediaType.ociManifest)", url])
            let manifest = Array(command.output.utf8)
            let parsed = try JSONDocument(parsing: manifest).root["mediaType"]?.string
            var layout = SimulatedLayout()
            layout.add(manifest: manifest, mediaType: parsed ?? MediaType.ociManifest, annotations: annotations)
            return layout
        }

        private func write(_ layout: SimulatedLayout, to directory: String) throws -> String {
            for file in layout.allFiles { try files.scratch.write(file.content, to: "\(directory)/\(file.path)") }
            return files.path(directory)
        }

        @Test("the digest is that of the bytes, and the signature that of the registry by the name")
        func signed() throws {
            let named = try layout("1.0", annotations: [Self.refName: stage.signed])
            let archive = try files.scratch.write(named.archive, to: "app.tar")
            let directory = try write(named, to: "layout")
            for path in [archive, directory] {
                let command = try check("-f", path, "-o", "json")
                #expect(command.status == 0, "\(command.output)\(command.errors)")
                let image = try #require(
                    try JSONDocument(parsing: Array(command.output.utf8)).root["images"]?.elements.first { _ in true })
                #expect(image["digest"]?.string == stage.signedDigest.description)
                #expect(image["image"]?.string == "\(stage.signed)@\(stage.signedDigest)")
                #expect(image["place"]?.string == path)
                #expect(image["path"]?.string == "index.json manifests[0]")
            }
            #expect(try check("-f", "-", input: named.archive).status == 0)
            #expect(try check("-f", "-", "--kind", "archive", input: named.archive).status == 0)
            #expect(try check("-f", directory, "--kind", "oci-layout").status == 0)
        }

        @Test("another image under the name of a signed one is denied: its bytes have no signature")
        func otherBytes() throws {
            var other = SimulatedLayout()
            let digest = other.addImage(names: [stage.signed], annotations: [Self.refName: "1.0"])
            let command = try check("-f", "-", input: other.archive)
            #expect(command.status == 1)
            #expect(command.output.contains("[signature-missing]"), "\(command.output)")
            #expect(command.output.contains(String(digest.hexadecimal.prefix(12))))
        }

        @Test("a name is needed, from the layout or from --as, and all names are judged")
        func names() throws {
            let unnamed = try layout("1.0", annotations: [Self.refName: "1.0"]).archive
            let command = try check("-f", "-", input: unnamed)
            #expect(command.status == 2)
            #expect(command.errors.contains("has no full name; say with --as which one"), "\(command.errors)")
            let name = "\(stage.registry)/\(Stage.path)"
            #expect(try check("-f", "-", "--as", name, input: unnamed).status == 0)
            #expect(try check("-f", "-", "--as", "registry.example.com/a", input: unnamed).status == 1)
            // What --as says counts instead of what the layout says.
            let evil = try layout("1.0", annotations: [Self.refName: "evil.example/a:1"]).archive
            #expect(try check("-f", "-", input: evil).status == 1)
            #expect(try check("-f", "-", "--as", name, input: evil).status == 0)
            var two = SimulatedLayout()
            two.addImage(names: ["\(name):a", "\(name):b"], annotations: [Self.refName: "a"])
            #expect(try check("-f", "-", input: two.archive).outputLines.last?.hasPrefix("2 images") == true)
            two.addImage(content: "other", annotations: [Self.refName: "\(name):c"])
            #expect(
                try check("-f", "-", "--as", name, input: two.archive).errors.contains(
                    "holds 2 images, and --as names one"))
            #expect(try check("-f", "-", "--as", name, input: Array("FROM a\n".utf8)).errors.contains("there are 0"))
        }

        @Test("a name that is no reference, or names another digest, is denied")
        func badNames() throws {
            let zero = "sha256:\(String(repeating: "0", count: 64))"
            for name in ["\(stage.registry)/UPPER/case:1", "a b/c", "\(stage.signed)@\(zero)"] {
                let archive = try layout("1.0", annotations: [Self.refName: name]).archive
                let command = try check("-f", "-", input: archive)
                #expect(command.status == 1, "\(command.output)\(command.errors)")
                #expect(command.output.contains("[reference-invalid]"), "\(command.output)")
            }
        }

        @Test("a blob that is not what its name says is refused, and exits like a denial")
        func tampered() throws {
            var changed = SimulatedLayout()
            changed.addImage(annotations: [Self.refName: stage.signed])
            let blob = try #require(changed.files.keys.filter { $0.hasPrefix("blobs/") }.min())
            changed.files[blob]?[0] ^= 1
            let archive = try files.scratch.write(changed.archive, to: "app.tar")
            let command = try check("-f", archive)
            #expect(command.status == 1)
            #expect(command.output == "")
            #expect(
                command.errors.hasPrefix("\(archive): \(blob): error: holds other bytes than its name says"),
                "\(command.errors)")
            let directory = try write(changed, to: "layout")
            #expect(try check("-f", directory).status == 1)
            #expect(try check("-f", archive, stage.signed).output == "")
        }

        @Test("what is no layout, or is packed, is a mistake that says what to do")
        func notLayouts() throws {
            try files.scratch.write("x", to: "empty/readme.txt")
            let empty = try check("-f", files.path("empty"))
            #expect(empty.status == 2)
            #expect(
                empty.errorLines == [
                    "error: the directory `\(files.path("empty"))` has no `index.json`, so it is no image layout, and no file that ends in .yaml, .yml or .json, so it has no manifests"
                ])
            #expect(
                try check("-f", files.path("empty"), "--kind", "oci-layout").errors.contains("it is no image layout"))
            let packed = try check("-f", "-", input: [0x1F, 0x8B, 8, 0])
            #expect(
                packed.errorLines == [
                    "error: `stdin` is compressed with gzip: unpack it first, `-f -` takes it from a pipe"
                ])
            for nothing in [[], Array("FROM a\n".utf8), [UInt8](repeating: 0x41, count: 2_048)] {
                let none = try check("-f", "-", "--kind", "archive", input: nothing)
                #expect(none.status == 2)
                #expect(none.errorLines == ["stdin: error: is no tar archive as POSIX or GNU have them"])
            }
            #expect(try check("-f", "-", "--kind", "archive", input: [0x1F, 0x8B, 8, 0]).errors == packed.errors)
            for format in ["zstd", "xz", "bzip2"] where Command.exists(format) {
                let file = try files.scratch.write(SimulatedLayout().archive, to: "packed-\(format)")
                let other = try Command.run(format, ["-q", "-f", "-k", file])
                try #require(other.status == 0, "\(other.errors)")
                let suffix = ["zstd": "zst", "xz": "xz", "bzip2": "bz2"][format] ?? ""
                #expect(
                    try check("-f", "\(file).\(suffix)").errors.contains(
                        "is compressed with \(format): unpack it first"))
            }
            var legacy = TarWriter()
            legacy.add("manifest.json", Array("[]".utf8))
            legacy.end()
            let old = try check("-f", "-", input: legacy.bytes)
            #expect(old.status == 2)
            #expect(old.errors.contains("the digest that was signed is not known"), "\(old.errors)")
        }

        @Test("an archive that is one of tar's and one of zstd's at once is refused: runtimes unpack it")
        func packedAndNot() throws {
            let signed = try layout("1.0", annotations: [Self.refName: stage.signed])
            var writer = TarWriter()
            // Zstandard skips a frame that begins like this; a frame with another image could come behind it.
            writer.add("P*M\u{18}\u{10}")
            for file in signed.allFiles { writer.add(file.path, file.content) }
            writer.end()
            let command = try check("-f", "-", input: writer.bytes)
            #expect(command.status == 2, "\(command.output)")
            #expect(command.errors.contains("`stdin` is compressed with zstd"), "\(command.errors)")
        }

        @Test(
            "what skopeo-like tools make of a directory is read by tar as well",
            .enabled(if: Command.exists("tar"), "tar is not installed"))
        func realTar() throws {
            let directory = try write(try layout("1.0", annotations: [Self.refName: stage.signed]), to: "layout")
            for format in ["ustar", "gnu", "pax"] {
                let archive = files.path("\(format).tar")
                let tar = try Command.run("tar", ["--format=\(format)", "-C", directory, "-cf", archive, "."])
                #expect(tar.status == 0)
                let command = try check("-f", archive)
                #expect(command.status == 0, "\(format): \(command.output)\(command.errors)")
            }
        }

        @Test("a running gate is not asked about layouts and archives: it would not know that the bytes were looked at")
        func server() throws {
            let named = try layout("1.0", annotations: [Self.refName: stage.signed])
            let archive = try files.scratch.write(named.archive, to: "app.tar")
            for path in [archive, try write(named, to: "layout")] {
                let command = try Command.run(
                    Program.path, ["check", "-n", "prod-shop", "--server", "https://gate.example.com", "-f", path])
                #expect(command.status == 2)
                #expect(command.output == "")
                #expect(
                    command.errorLines == [
                        "error: `\(path)` is an image layout or an archive, and --server is not asked about those: check it with --config or --policies"
                    ])
            }
        }

        @Test("reports of a layout name the file, and no line")
        func reports() throws {
            var denied = SimulatedLayout()
            denied.addImage(annotations: [Self.refName: stage.signed])
            let archive = try files.scratch.write(denied.archive, to: "app.tar")
            for format in ["json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "plain"] {
                let output = try check("-f", archive, "-o", format).output
                #expect(output.contains("app.tar"), "\(format): \(output)")
                #expect(!output.contains("app.tar:") && !output.contains("startLine") && !output.contains(",line="))
            }
        }

        @Test("links in a directory are followed, and what they lead to is hashed like anything else")
        func links() throws {
            let directory = try write(try layout("1.0", annotations: [Self.refName: stage.signed]), to: "layout")
            let blob = "\(directory)/blobs/sha256/\(stage.signedDigest.hexadecimal)"
            let elsewhere = files.path("elsewhere")
            try FileManager.default.moveItem(atPath: blob, toPath: elsewhere)
            func link(to target: String) throws {
                try? FileManager.default.removeItem(atPath: blob)
                try FileManager.default.createSymbolicLink(atPath: blob, withDestinationPath: target)
            }
            try link(to: elsewhere)
            #expect(try check("-f", directory).status == 0)
            try link(to: try files.scratch.write("secret words", to: "secret"))
            let other = try check("-f", directory)
            #expect(other.status == 1)
            #expect(other.errors.contains("holds other bytes than its name says"))
            #expect(!other.errors.contains("secret words"))
            let pipe = files.path("pipe")
            try #require(mkfifo(pipe, 0o600) == 0)
            for (target, problem) in [
                ("/dev/zero", "is neither a file nor a pipe"), (pipe, "is not a regular file"),
                (directory, "is a directory"), (blob, "cannot be read: "),
                (files.path("absent"), "does not exist"),
            ] {
                try link(to: target)
                let command = try check("-f", directory)
                #expect(command.status == 2, "\(target)")
                #expect(command.errors.contains(problem), "\(target): \(command.errors)")
            }
        }

        @Test("what is too large to be read in time is given up, and could not be looked at")
        func time() throws {
            let zeros = String(repeating: "0", count: 64)
            let directory = try write(SimulatedLayout(), to: "large")
            let blob = try files.scratch.write([], to: "large/blobs/sha256/\(zeros)")
            var header = TarWriter()
            header.add("blobs/sha256/\(zeros)", claimedSize: 8 << 30 - 1)
            let archive = try files.scratch.write(header.bytes, to: "large.tar")
            for (file, path) in [(blob, directory), (archive, archive)] {
                // A file of nothing but a hole takes no space.
                try #require(truncate(file, 60 << 30) == 0)
                let command = try check("-f", path, "--timeout", "1")
                #expect(command.status == 3)
                #expect(
                    command.errorLines == [
                        "error: `\(file)` is not read to its end in time; --timeout gives more"
                    ])
                #expect(command.output == "")
            }
        }

        @Test("an archive of archives, of many names or of large numbers is refused before it costs anything")
        func bombs() throws {
            var many = TarWriter()
            for number in 0...20_000 { many.add("f\(number)") }
            var large = TarWriter()
            large.addPax([("size", "\(Int.max)")])
            large.add("blobs/sha256/" + String(repeating: "0", count: 64))
            var climbing = TarWriter()
            climbing.add("blobs/sha256/../../../../tmp/x", [1])
            var linked = SimulatedLayout()
            linked.addImage(annotations: [Self.refName: stage.signed])
            var links = TarWriter()
            links.add("blobs", type: "2")
            for file in linked.allFiles { links.add(file.path, file.content) }
            links.end()
            for (archive, problem) in [
                (many.bytes, "holds more than 20000 entries"), (large.bytes, "is longer than the 137438953472 bytes"),
                (climbing.bytes, "its path leads out of the archive"), (links.bytes, "is a link or a device"),
                (Array(linked.archive.prefix(2_000)), "is cut off"),
            ] {
                let command = try check("-f", "-", input: archive)
                #expect(command.status == 1, "\(problem)")
                #expect(command.output == "")
                #expect(command.errors.contains(problem), "\(command.errors)")
            }
        }

        @Test("hostile names in an archive never reach the terminal as they are", arguments: ["table", "json"])
        func hostile(format: String) throws {
            let text = "evil/\\u001b[31m\\u009b2J\\u202e:1"
            var named = SimulatedLayout()
            named.addImage(annotations: [Self.refName: text])
            var entry = TarWriter()
            entry.add("../\u{1b}[31m\u{202e}", [1])
            var artifact = SimulatedLayout()
            artifact.add(manifest: Array("{}".utf8), mediaType: "evil/\\u001b[31m", annotations: [:])
            for input in [named.archive, entry.bytes, artifact.archive] {
                let command = try check("-o", format, "-f", "-", input: input)
                #expect(command.status == 1 || command.status == 2)
                #expect(command.output.isHarmless && command.errors.isHarmless)
            }
        }
    }
}
