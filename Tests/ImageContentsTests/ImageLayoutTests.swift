import ImageContents
import OCI
import TestSupport
import Testing
import Trust

/// Reads an archive in pieces of `pieceSize` bytes.
func layout(_ archive: [UInt8], pieceSize: Int = 1 << 20) throws(LayoutError) -> ImageLayout {
    var reader = ImageArchive()
    var rest = archive[...]
    while !rest.isEmpty {
        try reader.take(Array(rest.prefix(pieceSize)))
        rest = rest.dropFirst(pieceSize)
    }
    return try reader.finish()
}

/// The error, nil when there is none.
func layoutError(_ archive: [UInt8]) -> LayoutError? {
    do throws(LayoutError) {
        _ = try layout(archive)
        return nil
    } catch {
        return error
    }
}

@Suite("Image layouts") struct ImageLayoutTests {
    private static let name = "registry.example.com/shop/web:1.0"
    private static let refName = "org.opencontainers.image.ref.name"
    private static let containerdName = "io.containerd.image.name"
    private static let signatureType = "application/vnd.dev.cosign.simplesigning.v1+json"

    @Test("an image has the digest of its manifest's bytes, and the names it was saved under")
    func names() throws {
        var files = SimulatedLayout()
        let first = files.addImage(annotations: [Self.refName: Self.name])
        let second = files.addImage(
            content: "b", names: [Self.name, "registry.example.com/shop/web:latest"],
            annotations: [Self.containerdName: Self.name, Self.refName: "1.0"])
        let third = files.addImage(content: "c", annotations: [Self.refName: "1.0"])
        // `docker save` names the images that it was asked for; the others are there all the same.
        let images = try layout(files.archive).images
        #expect(images.map(\.digest) == [first, second, third])
        #expect(
            images.map(\.names) == [[Self.name], [Self.name, "registry.example.com/shop/web:latest"], []])
        #expect(
            images.map(\.path) == ["index.json manifests[0]", "index.json manifests[1]", "index.json manifests[2]"])
    }

    @Test("an index counts as one image by its own digest, whichever of its platforms are there")
    func platforms() throws {
        var files = SimulatedLayout()
        let here = files.addImage(names: [Self.name], isListed: false)
        let elsewhere = Digest.sha256(of: [1])
        let index = files.addIndex(of: [here, elsewhere])
        let images = try layout(files.archive).images
        #expect(images.map(\.digest) == [index])
        #expect(images.first?.names == [Self.name])

        var empty = SimulatedLayout()
        empty.addIndex(of: [elsewhere])
        #expect(layoutError(empty.archive)?.message == "names nothing that the layout holds")
    }

    @Test("signatures and attestations beside an image are told and not judged; alone they are no image")
    func artifacts() throws {
        var files = SimulatedLayout()
        files.addImage(content: "{}", layerType: Self.signatureType)
        #expect(layoutError(files.archive)?.kind == .unsupported)
        #expect(
            layoutError(files.archive)?.description
                == "`index.json`: names no image: index.json manifests[0] is an artifact and no image")
        files.addImage()
        let found = try layout(files.archive)
        #expect(found.images.map(\.path) == ["index.json manifests[1]"])
        #expect(found.notices == ["index.json manifests[0] is an artifact and no image"])

        // A chart, as Helm stores it.
        files.addImage(
            content: "chart", configType: "application/vnd.cncf.helm.config.v1+json",
            layerType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip")
        #expect(try layout(files.archive).images.count == 1)
    }

    @Test(
        "what some runtime would run is an image, whatever its configuration or its layers are called",
        arguments: [
            (MediaType.ociConfig, "application/vnd.example.layer", "content"),
            (MediaType.ociConfig, ImageLayoutTests.signatureType, "content"),
            (MediaType.ociConfig, "text/plain", "content"),
            (MediaType.dockerConfig, "application/vnd.oci.image.layer.v1.tar+json", "content"),
            // The name of a file in an archive may begin like an object.
            (MediaType.ociConfig, ImageLayoutTests.signatureType, "{}\u{0}"),
            ("application/vnd.example.config", "application/vnd.oci.image.layer.v1.tar+gzip", "content"),
            ("application/vnd.example.config", "application/vnd.docker.image.rootfs.diff.tar.gzip", "content"),
        ])
    func disguises(configType: String, layerType: String, content: String) throws {
        var files = SimulatedLayout()
        files.addImage(annotations: [Self.refName: Self.name])
        let digest = files.addImage(
            content: content, configType: configType, layerType: layerType,
            annotations: [Self.containerdName: Self.name])
        #expect(try layout(files.archive).images.last?.digest == digest)
    }

    @Test("a layer that calls itself a text and is not there may be anything")
    func absentLayer() throws {
        var files = SimulatedLayout()
        files.addImage(content: "{}", layerType: Self.signatureType)
        files.files["blobs/sha256/\(Digest.sha256(of: Array("{}".utf8)).hexadecimal)"] = nil
        #expect(try layout(files.archive).images.count == 1)
    }

    @Test("more names than one request may bring are refused, and do not take long")
    func manyNames() {
        func names(_ count: Int, _ prefix: String) -> [String] { (0..<count).map { "\(prefix)/\($0)" } }
        func error(_ names: [String]...) -> LayoutError? {
            var files = SimulatedLayout()
            for (number, names) in names.enumerated() { files.addImage(content: "\(number)", names: names) }
            return layoutError(files.archive)
        }
        #expect(error(names(256, "a")) == nil)
        #expect(error(names(200, "a"), names(56, "b")) == nil)
        #expect(error(names(257, "a"))?.description == "`manifest.json`: [0].RepoTags is longer than 256 names")
        #expect(error(names(200, "a"), names(57, "b"))?.message == "gives the images more than 256 names")
        let duration = ContinuousClock().measure { #expect(error(names(200_000, "a"))?.kind == .invalid) }
        #expect(duration < .seconds(30))
    }

    @Test("a blob with other bytes than its name says is refused, whether or not anything needs it")
    func tampered() throws {
        var files = SimulatedLayout()
        let digest = files.addImage()
        let paths = files.files.keys.filter { $0.hasPrefix("blobs/") }
        #expect(paths.count == 3)
        for path in paths {
            var changed = files
            changed.files[path]?[0] ^= 1
            #expect(layoutError(changed.archive)?.kind == .invalid)
            #expect(layoutError(changed.archive)?.file == path)
            #expect(layoutError(changed.archive)?.message.hasPrefix("holds other bytes than its name says") == true)
        }
        var superfluous = files
        superfluous.files["blobs/sha256/\(digest.hexadecimal.dropLast())0"] = [1]
        #expect(layoutError(superfluous.archive)?.kind == .invalid)
    }

    @Test(
        "what contradicts itself, or is not there, is refused",
        arguments: [
            ("oci-layout", nil, LayoutError.Kind.unsupported, "has no file `oci-layout`"),
            ("oci-layout", "{}", .unsupported, "is of another version"),
            ("oci-layout", #"{"imageLayoutVersion":"2.0.0"}"#, .unsupported, "is of another version"),
            ("oci-layout", "x", .invalid, ""),
            ("index.json", "x", .invalid, ""),
            ("index.json", "[]", .invalid, ""),
            ("index.json", #"{"schemaVersion":2,"manifests":[]}"#, .unsupported, "names no image"),
            ("index.json", #"{"schemaVersion":2,"manifests":[],"layers":[]}"#, .invalid, ""),
            ("index.json", #"{"schemaVersion":2,"Manifests":[]}"#, .invalid, ""),
            ("manifest.json", "{}", .invalid, "is no list"),
            ("manifest.json", "[[]]", .invalid, "[0] is no object"),
            ("manifest.json", #"[{"config":"a"}]"#, .invalid, "has a key that only looks like `Config`"),
            ("manifest.json", #"[{"Config":"../x","Layers":[]}]"#, .invalid, "[0].Config names no blob"),
            ("manifest.json", #"[{"Config":"blobs/sha256/0","Layers":[]}]"#, .invalid, "[0].Config: "),
            ("repositories", "{}", .unsupported, "Docker's format before 1.10"),
            ("blobs/sha256/x/y", "", .invalid, "is no name of a blob"),
            ("blobs/sha512/" + String(repeating: "0", count: 128), "", .invalid, "is no name of a blob"),
            ("blobs/sha256/" + String(repeating: "A", count: 64), "", .invalid, "is no name of a blob"),
        ])
    func contradictions(path: String, content: String?, kind: LayoutError.Kind, message: String) {
        var files = SimulatedLayout()
        files.addImage(annotations: [Self.refName: Self.name])
        #expect(layoutError(files.archive) == nil)
        files.files[path] = content.map { Array($0.utf8) }
        let error = layoutError(files.archive)
        #expect(error?.kind == kind, "\(error?.description ?? "nothing")")
        #expect(error?.message.contains(message) == true, "\(error?.description ?? "nothing")")
    }

    @Test("manifest.json that tells of another image than index.json is refused: some runtimes read that one")
    func twoStories() throws {
        var files = SimulatedLayout()
        files.addImage(annotations: [Self.refName: Self.name])
        files.addImage(content: "evil", names: [Self.name], isListed: false)
        #expect(
            layoutError(files.archive)?.description
                == "`manifest.json`: [0] tells of an image that is not in `index.json`, or of other layers")

        var layers = SimulatedLayout()
        layers.addImage(names: [Self.name], annotations: [Self.refName: Self.name])
        let evil = layers.add(blob: Array("evil".utf8))
        let saved = try #require(layers.allFiles.first { $0.path == "manifest.json" }).content
        let text = String(decoding: saved, as: UTF8.self)
        #expect(layoutError(layers.archive) == nil)
        layers.files["manifest.json"] = Array(
            text.replacing(/"Layers":\[.*\]}/, with: #""Layers":["blobs/sha256/\#(evil.hexadecimal)"]}"#).utf8)
        #expect(layoutError(layers.archive)?.file == "manifest.json")
    }

    @Test("sizes, embedded data and media types must be as they are said")
    func descriptors() throws {
        var files = SimulatedLayout()
        let digest = files.addImage(annotations: [Self.refName: Self.name])
        let index = try #require(files.allFiles.first { $0.path == "index.json" }).content
        let size = try #require(files.files["blobs/sha256/\(digest.hexadecimal)"]).count
        func changed(_ old: String, _ new: String) -> LayoutError? {
            var copy = files
            let text = String(decoding: index, as: UTF8.self)
            #expect(text.contains(old))
            copy.files["index.json"] = Array(text.replacing(old, with: new).utf8)
            return layoutError(copy.archive)
        }
        #expect(changed("\"size\":\(size)", "\"size\":\(size + 1)")?.message.contains("bytes long, expected") == true)
        #expect(changed(MediaType.ociManifest, MediaType.ociIndex)?.kind == .invalid)
        #expect(changed(MediaType.ociManifest, MediaType.dockerManifest)?.kind == .invalid)
        #expect(changed(MediaType.ociManifest, "application/x")?.kind == .unsupported)
        #expect(
            changed("\"size\":\(size)", "\"data\":\"e30=\",\"size\":2")?.message
                == "the `data` that stands for it are other bytes")
        #expect(
            changed("\(digest)", "\(Digest.sha256(of: []))")?.message.hasSuffix("which the layout does not hold")
                == true)
    }

    @Test("indexes that name one another's manifests over and over end somewhere, quickly")
    func manyPaths() {
        var files = SimulatedLayout()
        let image = files.addImage(isListed: false)
        let inner = files.addIndex(of: Array(repeating: image, count: 256), isListed: false)
        let outer = files.addIndex(of: Array(repeating: inner, count: 256), type: MediaType.ociIndex, isListed: false)
        files.addIndex(of: Array(repeating: outer, count: 256), type: MediaType.ociIndex)
        let duration = ContinuousClock().measure {
            #expect(layoutError(files.archive)?.message == "names manifests of more than 8388608 bytes")
        }
        #expect(duration < .seconds(30))
    }

    @Test("an index that names itself cannot be made, and one within too many others is refused")
    func depth() {
        var files = SimulatedLayout()
        var digest = files.addImage(isListed: false)
        for depth in 1...4 {
            let type = depth == 1 ? MediaType.ociManifest : MediaType.ociIndex
            var listed = files
            listed.addIndex(of: [digest], type: type)
            #expect(layoutError(listed.archive)?.message == (depth < 4 ? nil : "is an index within 4 others"))
            digest = files.addIndex(of: [digest], type: type, isListed: false)
        }
    }

    @Test("all files of a directory together are bounded, and no size makes a sum overflow")
    func sizes() throws {
        for sizes in [[Int.max], [128 << 30, 1], [1, Int.max]] {
            var reader = LayoutDirectory()
            do throws(LayoutError) {
                for size in sizes { try reader.begin("docs/a", size: size) }
                Issue.record("\(sizes) was taken")
            } catch {
                #expect(error.message == "is longer than the 137438953472 bytes that are read")
            }
        }
    }

    @Test("docker save of before index.json is refused, since no digest that was signed is in it")
    func legacy() {
        var writer = TarWriter()
        writer.add("0123.json", Array("{}".utf8))
        writer.add("abc/layer.tar", [1], type: "0")
        writer.add("def/layer.tar", type: "2")
        writer.add("ghi/layer.tar", type: "1")
        writer.add("manifest.json", Array("[]".utf8))
        writer.end()
        let error = layoutError(writer.bytes)
        #expect(error?.kind == .unsupported)
        #expect(error?.message.contains("the digest that was signed is not known") == true)
        var other = TarWriter()
        other.add("README", [1])
        other.end()
        #expect(layoutError(other.bytes)?.message == "has no `index.json`: it is no image layout")
    }

    @Test("a directory is read like an archive")
    func directory() throws {
        var files = SimulatedLayout()
        let digest = files.addImage(annotations: [Self.refName: Self.name])
        func read(_ layout: SimulatedLayout) throws(LayoutError) -> ImageLayout {
            var reader = LayoutDirectory()
            for file in layout.allFiles {
                try reader.begin(file.path, size: file.content.count)
                for byte in file.content { reader.take([byte]) }
                try reader.end()
            }
            return try reader.finish()
        }
        #expect(try read(files).images.map(\.digest) == [digest])
        files.files["blobs/sha256/\(digest.hexadecimal)"]?.append(0x20)
        #expect(throws: LayoutError.self) { try read(files) }
        var short = LayoutDirectory()
        try short.begin("index.json", size: 3)
        short.take([1, 2])
        do throws(LayoutError) {
            try short.end()
            Issue.record("a file that shrank was taken")
        } catch {
            #expect(error.kind == .invalid)
        }
    }
}
