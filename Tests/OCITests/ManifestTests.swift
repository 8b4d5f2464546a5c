import OCI
import StrictJSON
import Testing

@Suite("A manifest")
struct ManifestTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)
    private static let config =
        #"{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\#(digest)","size":2}"#
    private static let layer =
        #"{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\#(digest)","size":9}"#
    private static let image =
        #""schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","config":\#(config),"layers":[\#(layer)]"#
    private static let entry =
        #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(digest)","size":7,"platform":{"architecture":"arm64","os":"linux","variant":"v8"}}"#
    private static let index = #""schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(entry)]"#

    @Test("of an image is read")
    func imageManifest() throws {
        let text =
            "{\(Self.image),\"subject\":\(Self.entry),\"annotations\":{\"a.b/c\":\"d\"},\"artifactType\":\"x/y\",\"other\":1}"
        guard case .image(let manifest) = try parse(text, MediaType.ociManifest) else {
            Issue.record("not an image manifest")
            return
        }
        #expect(manifest.mediaType == MediaType.ociManifest && manifest.artifactType == "x/y")
        #expect(manifest.config.mediaType == MediaType.ociConfig && manifest.config.size == 2)
        #expect(manifest.layers.map(\.digest.description) == [Self.digest] && manifest.layers[0].size == 9)
        #expect(manifest.subject?.size == 7 && manifest.annotations["a.b/c"] == "d" && manifest.annotations["a"] == nil)
        #expect(manifest.layers[0].platform == nil && manifest.layers[0].data == nil && manifest.layers[0].urls.isEmpty)
    }

    @Test("list is read, whatever its entries are")
    func imageIndex() throws {
        let nested = Self.entry.replacing(MediaType.ociManifest, with: MediaType.ociIndex)
        let text = #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[\#(Self.entry),\#(nested)]}"#
        guard case .index(let index) = try parse(text, MediaType.ociIndex) else {
            Issue.record("not an index")
            return
        }
        #expect(index.manifests.map(\.mediaType) == [MediaType.ociManifest, MediaType.ociIndex])
        #expect(index.manifests[0].platform?.description == "linux/arm64/v8")
        #expect(index.subject == nil && index.annotations.isEmpty)
        #expect(try parse(#"{"schemaVersion":2,"manifests":[]}"#, MediaType.ociIndex).mediaType == MediaType.ociIndex)
    }

    @Test("of Docker is read like one of OCI")
    func docker() throws {
        let image = Self.image.replacing(MediaType.ociManifest, with: MediaType.dockerManifest)
        #expect(try parse("{\(image)}", MediaType.dockerManifest).mediaType == MediaType.dockerManifest)
        let list = #"{"schemaVersion":2,"mediaType":"\#(MediaType.dockerManifestList)","manifests":[\#(Self.entry)]}"#
        #expect(try parse(list, MediaType.dockerManifestList).mediaType == MediaType.dockerManifestList)
    }

    @Test("is what body or header say, and needs only one of them")
    func mediaTypes() throws {
        let withoutType = Self.withoutType(Self.image)
        #expect(try parse("{\(withoutType)}", MediaType.ociManifest).mediaType == MediaType.ociManifest)
        #expect(try parse("{\(Self.image)}", nil).mediaType == MediaType.ociManifest)
        #expect(
            try parse("{\(Self.image)}", "Application/VND.oci.image.manifest.v1+JSON ; charset=utf-8").mediaType
                == MediaType.ociManifest)
        expect(.malformed, "$.mediaType", "{\(withoutType)}", nil)
    }

    @Test("M01: whose type is another than `Content-Type` says is refused")
    func contentTypeDisagrees() {
        expect(.confusing, "$.mediaType", "{\(Self.image)}", "application/octet-stream")
        expect(.confusing, "$.mediaType", "{\(Self.image)}", MediaType.dockerManifest)
        expect(.confusing, "$.mediaType", "{\(Self.image)}", MediaType.ociIndex)
        expect(.confusing, "$.mediaType", "{\(Self.index)}", MediaType.ociManifest)
        expect(.confusing, "$.mediaType", "{\(Self.index)}", MediaType.dockerManifestList)
    }

    @Test("M03: without a type, sent as something else than a manifest, is refused")
    func noType() {
        for contentType in ["application/octet-stream", "", "application/json", "text/plain"] {
            expect(.unsupported, "Content-Type", "{\(Self.withoutType(Self.image))}", contentType)
            expect(.unsupported, "Content-Type", "{\(Self.withoutType(Self.index))}", contentType)
        }
        expect(.malformed, "$.schemaVersion", "{\"errors\":[]}", "application/json")
    }

    @Test("of a kind that Dockgate does not judge is unsupported")
    func unsupported() {
        let unknown = Self.image.replacing(MediaType.ociManifest, with: "application/vnd.example.v1+json")
        expect(.unsupported, "$.mediaType", "{\(unknown)}", "application/vnd.example.v1+json")
        expect(.unsupported, "$.mediaType", "{\(unknown)}", nil)
    }

    @Test("M04: of Docker's schema 1 is unsupported, signed or not, by header or by body")
    func schema1() {
        expect(.unsupported, "Content-Type", "{}", MediaType.dockerSchema1)
        expect(.unsupported, "Content-Type", "not even JSON", MediaType.dockerSignedSchema1)
        expect(.unsupported, "$.schemaVersion", #"{"schemaVersion":1,"fsLayers":[],"history":[]}"#, nil)
        expect(.unsupported, "$.schemaVersion", #"{"schemaVersion":1}"#, MediaType.ociManifest)
        expect(.unsupported, "$.schemaVersion", #"{"schemaVersion":1,"signatures":[]}"#, MediaType.ociIndex)
    }

    @Test("M02: that is an index and an image at once is refused, and so is one with members of the other kind")
    func mixtures() {
        let mixtures = [
            ("$", #"{\#(Self.image),"manifests":[]}"#), ("$", #"{\#(Self.image),"manifests":null}"#),
            ("$", #"{\#(Self.index),"layers":[]}"#), ("$", #"{\#(Self.index),"config":{}}"#),
            ("$.fsLayers", #"{\#(Self.image),"fsLayers":[]}"#), ("$.history", #"{\#(Self.image),"history":[]}"#),
            ("$.signatures", #"{\#(Self.image),"signatures":[]}"#),
            (
                "$.config",
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","config":\#(Self.config),"layers":[]}"#
            ),
            ("$.manifests", #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest)","manifests":[]}"#),
        ]
        for (path, text) in mixtures { expect(.confusing, path, text, nil) }
    }

    @Test("M10: with a key that stands twice is refused, whichever of the two would be right")
    func duplicateKeys() {
        for (text, path) in [
            ("{\(Self.image),\"config\":\(Self.config)}", "$.config"), ("{\(Self.image),\"layers\":[]}", "$.layers"),
            ("{\(Self.image),\"c\\u006fnfig\":{}}", "$.config"),
            ("{\(Self.image.replacing("\"size\":2", with: "\"size\":2,\"size\":2"))}", "$.config.size"),
        ] {
            guard case .notJSON(let error)? = errorOfParsing(text, MediaType.ociManifest) else {
                Issue.record("read: \(text)")
                continue
            }
            #expect(error.kind == .duplicateKey && error.path == path)
        }
    }

    @Test("M11: with a key that another reader takes for a known one is refused; unknown keys are ignored")
    func keysInOtherLetters() throws {
        let variants = [
            ("$", #"{\#(Self.image),"Manifests":[]}"#), ("$", #"{\#(Self.image),"CONFIG":{}}"#),
            ("$", "{\(Self.image),\"manife\u{17F}ts\":[]}"), ("$", "{\(Self.image),\"\u{17F}ubject\":{}}"),
            ("$", #"{\#(Self.image),"MediaType":"x"}"#),
            ("$.config", "{\(Self.image.replacing("\"size\":2", with: "\"size\":2,\"Digest\":\"x\""))}"),
            ("$.layers[0]", "{\(Self.image.replacing("\"size\":9", with: "\"size\":9,\"URLs\":[]"))}"),
            ("$.manifests[0].platform", "{\(Self.index.replacing("\"os\":", with: "\"OS\":\"windows\",\"os\":"))}"),
        ]
        for (path, text) in variants { expect(.confusing, path, text, nil) }
        _ = try parse("{\(Self.image),\"configs\":{},\"layer\":[],\"Other\":1}", nil)
    }

    @Test(
        "M12: that is hardly JSON is refused and stops nothing",
        arguments: [
            ("100,000 levels", #""x":"# + String(repeating: "[", count: 100_000)),
            ("100,000 levels, closed", nested("[", "]")), ("100,000 objects", nested(#"{"a":"#, "}", around: "1")),
            ("a number beyond a double", #""x":1e400"#), ("a lone surrogate", #""x":"\ud800""#),
            ("a lone surrogate as a key", #""\udc00":1"#), ("no number", #""x":NaN"#), ("infinity", #""x":-Infinity"#),
            ("a comment", #""x":/* */1"#), ("a line comment", "\"x\":1 // 1\n"), ("a trailing comma", #""x":1,"#),
            ("an octal number", #""x":010"#), ("a hexadecimal number", #""x":0x10"#), ("a plus sign", #""x":+1"#),
            ("single quotes", "'x':1"), ("a raw line break in a string", "\"x\":\"\n\""),
        ] as [(String, String)])
    func hardlyJSON(name: String, member: String) {
        guard case .notJSON? = errorOfParsing("{\(Self.image),\(member)}", MediaType.ociManifest) else {
            Issue.record("\(name) is read")
            return
        }
    }

    @Test("M12: with bytes before or after it, or bytes that are no text, is refused")
    func surroundings() {
        let document = Array("{\(Self.image)}".utf8)
        let invalid = document.dropLast() + Array(#","x":""#.utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        let bodies: [[UInt8]] = [
            [0xEF, 0xBB, 0xBF] + document, document + [0], document + Array("{}".utf8), document + document, [],
            Array(invalid), document.flatMap { [$0, 0] },
        ]
        for bytes in bodies {
            #expect(throws: ManifestError.self) {
                try Manifest(parsing: bytes, contentType: MediaType.ociManifest)
            }
        }
    }

    @Test(
        "M13: with a digest that is none is refused, and one of another algorithm is not supported",
        arguments: [
            digest.uppercased(), "sha256:" + digest.dropFirst(7).uppercased(), String(digest.dropLast()),
            String(digest.dropLast(2)), digest + "00", "sha256:../../etc/passwd", "sha256:", "sha512:", "md5:", "", ":",
            "sha512:" + digest.dropFirst(7), " " + digest, digest + "\\n",
            "sha256:" + String(repeating: "g", count: 64),
        ] as [String])
    func digests(text: String) {
        let layer = "\(Self.digest)\",\"size\":9"
        expect(.malformed, "$.layers[0].digest", "{\(Self.image.replacing(layer, with: "\(text)\",\"size\":9"))}", nil)
        let entry = "\(Self.digest)\",\"size\":7"
        expect(
            .malformed, "$.manifests[0].digest", "{\(Self.index.replacing(entry, with: "\(text)\",\"size\":7"))}", nil)
    }

    private static func nested(_ opening: String, _ closing: String, around inner: String = "") -> String {
        #""x":"# + String(repeating: opening, count: 100_000) + inner + String(repeating: closing, count: 100_000)
    }

    private static func withoutType(_ members: String) -> String {
        members.replacing(/"mediaType":"[^"]*",/, with: "", maxReplacements: 1)
    }

    @Test("with a member that is missing or wrong is refused where it is")
    func malformed() {
        let changes: [(String, String, String)] = [
            ("$.schemaVersion", "\"schemaVersion\":2,", ""),
            ("$.schemaVersion", "\"schemaVersion\":2", "\"schemaVersion\":3"),
            ("$.schemaVersion", "\"schemaVersion\":2", "\"schemaVersion\":\"2\""),
            ("$.schemaVersion", "\"schemaVersion\":2", "\"schemaVersion\":2.0"),
            ("$.config", "\"config\":\(Self.config),", ""),
            ("$.config", "\"config\":\(Self.config)", "\"config\":null"),
            ("$.config", "\"config\":\(Self.config)", "\"config\":[]"), ("$.layers", ",\"layers\":[\(Self.layer)]", ""),
            ("$.layers", "[\(Self.layer)]", "{}"), ("$.layers[0]", "[\(Self.layer)]", "[1]"),
            ("$.config.size", "\"size\":2", "\"size\":-1"),
            ("$.config.size", "\"size\":2", "\"size\":9223372036854775808"),
            ("$.config.size", "\"size\":2", "\"size\":2.0"), ("$.config.size", "\"size\":2", "\"size\":2e0"),
            ("$.config.size", "\"size\":2", "\"size\":\"2\""), ("$.config.size", ",\"size\":2", ""),
            ("$.layers[0].digest", "\"digest\":\"\(Self.digest)\",\"size\":9", "\"size\":9"),
            ("$.config.mediaType", MediaType.ociConfig, ""), ("$.config.mediaType", MediaType.ociConfig, "no type"),
            ("$.config.urls[0]", "\"size\":2", "\"size\":2,\"urls\":[1]"),
            ("$.config.data", "\"size\":2", "\"size\":2,\"data\":\"e30\""),
            ("$.config.data", "\"size\":2", "\"size\":2,\"data\":\"e31=\""),
            ("$.config.data", "\"size\":2", "\"size\":2,\"data\":\"e30=\\n\""),
            ("$.config.data", "\"size\":2", "\"size\":3,\"data\":\"e30=\""),
            ("$.config.annotations", "\"size\":2", "\"size\":2,\"annotations\":[]"),
            (#"$.config.annotations["a"]"#, "\"size\":2", "\"size\":2,\"annotations\":{\"a\":1}"),
            ("$.artifactType", MediaType.ociConfig, MediaType.ociEmpty),
        ]
        for (path, text, replacement) in changes {
            let changed = Self.image.replacing(text, with: replacement, maxReplacements: 1)
            #expect(changed != Self.image, "nothing is changed for \(path)")
            expect(.malformed, path, "{\(changed)}", nil)
        }
        expect(
            .malformed, "$.manifests[0].platform.os", "{\(Self.index.replacing("\"os\":\"linux\",", with: ""))}", nil)
        expect(.malformed, "$", "[]", MediaType.ociManifest)
    }

    @Test("M13: that names a digest of another algorithm is refused as such", arguments: ["md5", "sha1", "sha384"])
    func unsupportedDigest(algorithm: String) {
        let changed = Self.image.replacing("\(Self.digest)\",\"size\":9", with: "\(algorithm):00\",\"size\":9")
        #expect(
            errorOfParsing("{\(changed)}", nil)
                == .unsupportedDigestAlgorithm(path: "$.layers[0].digest", found: algorithm))
    }

    @Test("within its limits is read, and beyond them refused")
    func limits() throws {
        func index(_ count: Int) -> String {
            #"{"schemaVersion":2,"manifests":[\#(Array(repeating: Self.entry, count: count).joined(separator: ","))]}"#
        }
        _ = try parse(index(256), MediaType.ociIndex)
        #expect(
            errorOfParsing(index(257), MediaType.ociIndex)
                == .limitExceeded(path: "$.manifests", found: 257, limit: 256))
        func image(_ count: Int) -> String {
            #"{"schemaVersion":2,"config":\#(Self.config),"layers":[\#(Array(repeating: Self.layer, count: count).joined(separator: ","))]}"#
        }
        _ = try parse(image(1_024), MediaType.ociManifest)
        #expect(
            errorOfParsing(image(1_025), MediaType.ociManifest)
                == .limitExceeded(path: "$.layers", found: 1_025, limit: 1_024))
        let padded = "{\(Self.image)}" + String(repeating: " ", count: 4 << 20)
        #expect(
            errorOfParsing(padded, nil) == .limitExceeded(path: "$", found: padded.utf8.count, limit: 4 << 20))
    }

    @Test("M14, M15: may carry data, which is as long as its size says, and addresses; nothing is done with either")
    func data() throws {
        let empty =
            #"{"mediaType":"\#(MediaType.ociEmpty)","digest":"\#(Self.digest)","size":2,"data":"e30=","urls":["https://a.example/b"]}"#
        let text = #"{"schemaVersion":2,"artifactType":"x/y","config":\#(empty),"layers":[],"annotations":null}"#
        guard case .image(let manifest) = try parse(text, MediaType.ociManifest) else {
            Issue.record("not an image manifest")
            return
        }
        #expect(manifest.config.data == Array("{}".utf8) && manifest.config.urls == ["https://a.example/b"])
    }

    @Test("names everything that it points to: configuration, layers or entries, and subject")
    func descriptors() throws {
        let subject = #""subject":\#(Self.entry)"#
        #expect(try parse("{\(Self.image),\(subject)}", nil).descriptors.map(\.size) == [2, 9, 7])
        #expect(try parse("{\(Self.image)}", nil).descriptors.map(\.size) == [2, 9])
        #expect(try parse("{\(Self.index),\(subject)}", nil).descriptors.map(\.size) == [7, 7])
    }

    @Test("M16: may name any subject, itself included: nothing is followed")
    func subject() throws {
        let twice =
            #"{\#(Self.image),"subject":\#(Self.entry.replacing("\"size\"", with: "\"subject\":\(Self.entry),\"size\""))}"#
        guard case .image(let manifest) = try parse(twice, nil) else {
            Issue.record("not an image manifest")
            return
        }
        #expect(manifest.subject?.digest.description == Self.digest)
    }

    @Test("error says what was found and what was expected")
    func messages() {
        let error = errorOfParsing("{\(Self.image)}", MediaType.ociIndex)
        #expect(
            error?.description
                == "found `\(MediaType.ociManifest)` at `$.mediaType`, expected `\(MediaType.ociIndex)`, as `Content-Type` says"
        )
        #expect(
            errorOfParsing("{\(Self.image.replacing("\"size\":2", with: "\"size\":-1"))}", nil)?.description
                == "found `-1` at `$.config.size`, expected a whole number of bytes")
    }

    private enum Finding { case unsupported, confusing, malformed }

    private func expect(
        _ finding: Finding, _ path: String, _ text: String, _ contentType: String?,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = errorOfParsing(text, contentType)
        let found: (Finding, String)? =
            switch error {
            case .unsupported(let path, _, _): (.unsupported, path)
            case .confusing(let path, _, _): (.confusing, path)
            case .malformed(let path, _, _): (.malformed, path)
            default: nil
            }
        #expect(
            found?.0 == finding && found?.1 == path, "\(error.map(String.init(describing:)) ?? "read")",
            sourceLocation: sourceLocation)
    }

    private func parse(_ text: String, _ contentType: String?) throws(ManifestError) -> Manifest {
        try Manifest(parsing: Array(text.utf8), contentType: contentType)
    }

    private func errorOfParsing(_ text: String, _ contentType: String?) -> ManifestError? {
        do throws(ManifestError) {
            _ = try parse(text, contentType)
            return nil
        } catch {
            return error
        }
    }
}
