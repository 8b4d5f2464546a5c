import ImageContents
import TestSupport
import Testing

@Suite("Tar archives of image layouts") struct TarArchiveTests {
    private func simple() -> SimulatedLayout {
        var files = SimulatedLayout()
        files.addImage(annotations: ["org.opencontainers.image.ref.name": "registry.example.com/a:1"])
        return files
    }

    /// The layout's files, and then what `body` writes.
    private func archive(isEnded: Bool = true, _ body: (inout TarWriter) -> Void) -> [UInt8] {
        var writer = TarWriter()
        for file in simple().allFiles { writer.add(file.path, file.content) }
        body(&writer)
        if isEnded { writer.end() }
        return writer.bytes
    }

    @Test("an archive is read the same in pieces of any size", arguments: [1, 7, 511, 512, 513, 4_096])
    func pieces(size: Int) throws {
        #expect(try layout(simple().archive, pieceSize: size).images.count == 1)
    }

    @Test("paths may begin with ./ and be in pax records; other files and directories are passed over")
    func paths() throws {
        var writer = TarWriter()
        writer.addPax([("comment", "x")], type: "g")
        for file in simple().allFiles {
            if file.path == "index.json" {
                writer.addPax([("path", "index.json"), ("size", "\(file.content.count)"), ("mtime", "1.5")])
                writer.add("other", file.content)
            } else {
                writer.add("./" + file.path, file.content)
            }
        }
        writer.add("./", type: "5")
        writer.add("docs/readme.txt", Array("x".utf8))
        writer.end()
        #expect(try layout(writer.bytes).images.count == 1)
        #expect(ImageArchive.isRecognized(writer.bytes))
        #expect(!ImageArchive.isRecognized(Array("FROM a\n".utf8)))
        #expect(!ImageArchive.isRecognized([UInt8](repeating: 0, count: 512)))
    }

    @Test("an archive without its end, or with something behind it, is refused")
    func ends() {
        let whole = simple().archive
        #expect(layoutError(whole) == nil)
        for count in [0, 1, 511] {
            #expect(
                layoutError(Array(whole.prefix(count)))?.message == "is no tar archive as POSIX or GNU have them",
                "\(count)")
        }
        for count in [512, 600, whole.count - 1_024, whole.count - 512, whole.count - 1] {
            #expect(layoutError(Array(whole.prefix(count)))?.kind == .invalid, "\(count)")
        }
        #expect(layoutError(whole + [UInt8](repeating: 0, count: 9 * 512)) == nil)
        #expect(layoutError(whole + whole)?.message == "the tar archive goes on behind its end")
        #expect(layoutError(whole + [1])?.kind == .invalid)
    }

    @Test(
        "what archivers read differently is refused",
        arguments: [
            "../index.json", "a/../index.json", "/index.json", "blobs//sha256/x", "blobs/./sha256/x", "a//b",
        ])
    func paths(path: String) {
        #expect(layoutError(archive { $0.add(path, [1]) })?.kind == .invalid)
    }

    @Test("a control file that is there twice, and entries of other kinds, are refused")
    func doubles() {
        #expect(layoutError(archive { $0.add("index.json", [1]) })?.message == "is there twice")
        #expect(layoutError(archive { $0.add("./index.json", [1]) })?.message == "is there twice")
        #expect(layoutError(archive { $0.add("x", [1], type: "1") })?.message == "is of a kind that is not read")
        #expect(layoutError(archive { $0.add("x", [1], type: "V") })?.message == "is of a kind that is not read")
        // A file on contiguous blocks, which containerd passes over.
        #expect(layoutError(archive { $0.add("x", [1], type: "7") })?.message == "is of a kind that is not read")
        #expect(layoutError(archive { $0.add("x", [1], type: "L") })?.kind == .unsupported)
    }

    @Test(
        "a link or a device is refused, wherever it is: unpacked, it lets one file be written over another",
        arguments: ["1", "2", "3", "4", "6"], ["manifest.json", "blobs", "blobs/sha256", "blobs/sha256/x", "docs/a"])
    func links(type: Character, path: String) {
        let error = layoutError(archive { $0.add(path, type: type) })
        #expect(error?.kind == .invalid)
        #expect(error?.description == "`\(path)`: is a link or a device, expected files and directories alone")
    }

    @Test("a file with the path of a directory is refused: archivers differ in which of them it is")
    func slashes() {
        #expect(layoutError(archive { $0.add("docs/", type: "5") }) == nil)
        #expect(
            layoutError(archive { $0.add("docs/", type: "0") })?.message == "is a file with the path of a directory")
        #expect(layoutError(archive { $0.add("index.json/", [1]) })?.kind == .invalid)
        #expect(
            layoutError(
                archive {
                    $0.addPax([("path", "a/")]); $0.add("a")
                })?.kind == .invalid)
    }

    @Test("a pax record without a path hides no file: runtimes take the header's path then")
    func emptyPath() {
        let error = layoutError(
            archive {
                $0.addPax([("path", "")])
                $0.add("index.json", Array("evil".utf8))
            })
        #expect(error?.description == "a pax header of the tar archive is malformed")
    }

    @Test("what star and GNU have where a path could go on hides no file: runtimes make another path of it")
    func pathsThatGoOn() {
        // Go reads 131 bytes of the first part of star's paths, and so `index.json`.
        let star = String(repeating: "x", count: 128) + "/..12345670"
        // And takes what is no time in GNU's headers for the first part: `index.json/`.
        for (name, fields) in [
            ("index.json", [(345, star), (508, "tar\u{0}")]),
            ("", [(257, "ustar  \u{0}"), (345, "index.json")]),
            ("x", [(257, "ustarX"), (345, "blobs/sha256")]),
        ] {
            let error = layoutError(archive { $0.add(name, Array("evil".utf8), fields: fields) })
            #expect(error?.kind == .unsupported, "\(error?.description ?? "nothing")")
            #expect(error?.message.contains("star") == true)
        }
        #expect(layoutError(archive { $0.add("index.json", fields: [(345, "docs")]) }) == nil)
        #expect(layoutError(archive { $0.add("x", fields: [(257, "ustar  \u{0}")]) }) == nil)
    }

    @Test("headers and pax records that are damaged are refused")
    func damaged() {
        let whole = simple().archive
        for position in [0, 124, 148, 156, 512 + 257] {
            var changed = whole
            changed[position] ^= 1
            #expect(layoutError(changed)?.kind == .invalid, "\(position)")
        }
        var other = whole
        other[257] ^= 1
        #expect(layoutError(other)?.kind == .unsupported)
        for records in [
            "", "x", "5 a=b\n", "99 path=x\n", "11 path=x\n", "10 path=x ", "12 path=\u{0}x\n", "8 size=\n",
            "9 size=x\n", "8 path=\n",
        ] {
            let isEmpty = records.isEmpty
            let error = layoutError(
                archive {
                    $0.add("pax", Array(records.utf8), type: "x")
                    $0.add("x", [])
                })
            #expect((error == nil) == isEmpty, "\(records) \(error?.description ?? "nothing")")
        }
        #expect(layoutError(archive { $0.addPax([("path", "index.json")], type: "g") })?.kind == .invalid)
        #expect(layoutError(archive { $0.addPax([("size", "1")], type: "g") })?.kind == .invalid)
        for type: Character in ["x", "g"] {
            let sparse = layoutError(archive { $0.addPax([("GNU.sparse.major", "1")], type: type) })
            #expect(sparse?.kind == .unsupported)
        }
        // Records are for a file, and two of them for two.
        #expect(layoutError(archive { $0.addPax([("path", "a")]) })?.message.contains("cut off") == true)
        #expect(
            layoutError(
                archive {
                    $0.addPax([("path", "a")]); $0.addPax([("path", "b")]); $0.add("c")
                })?.kind == .invalid)
        #expect(layoutError(archive { $0.add("pax", type: "x", claimedSize: 2 << 20) })?.kind == .invalid)
    }

    @Test("a file that is larger than it may be is refused before it is read")
    func large() {
        #expect(
            layoutError(archive(isEnded: false) { $0.add("manifest.json", claimedSize: 5 << 20) })?.message.contains(
                "bytes long, at most") == true)
        #expect(
            layoutError(
                archive(isEnded: false) {
                    $0.addPax([("size", "\(1 << 40)")]); $0.add("x")
                })?.message
                .contains("longer than") == true)
        #expect(
            layoutError(
                archive {
                    $0.addPax([("size", "99999999999999999999")]); $0.add("x")
                })?.kind == .invalid)
    }

    @Test("more entries than any image has are refused")
    func entries() {
        let many = archive { writer in for number in 0..<20_000 { writer.add("f\(number)") } }
        #expect(layoutError(many)?.message == "the tar archive holds more than 20000 entries")
    }
}
