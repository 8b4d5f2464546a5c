import OCI
import Testing

@Suite("An image reference")
struct ImageReferenceTests {
    private static let digest = "sha256:" + String(repeating: "0a", count: 32)

    @Test(
        "M17, M18, M19, M24: has one normalised form, which reads back as itself",
        arguments: [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.27", "docker.io/library/nginx:1.27"),
            ("docker.io/nginx", "docker.io/library/nginx:latest"),
            ("index.docker.io/library/nginx:latest", "docker.io/library/nginx:latest"),
            ("docker.io/team/app", "docker.io/team/app:latest"),
            ("team/app", "docker.io/team/app:latest"),
            ("team/group/app", "docker.io/team/group/app:latest"),
            ("nginx@\(digest)", "docker.io/library/nginx@\(digest)"),
            ("nginx:1.27@\(digest)", "docker.io/library/nginx:1.27@\(digest)"),
            ("localhost/app", "localhost/app:latest"),
            ("localhost:5000/app", "localhost:5000/app:latest"),
            ("registry.example.com/app", "registry.example.com/app:latest"),
            ("foo.bar/app", "foo.bar/app:latest"),
            ("foo/app", "docker.io/foo/app:latest"),
            ("registry:5000/app:5000", "registry:5000/app:5000"),
            ("192.168.1.1:5000/app", "192.168.1.1:5000/app:latest"),
            ("[2001:DB8::1]:5000/app", "[2001:db8::1]:5000/app:latest"),
            ("[::1]/app", "[::1]/app:latest"),
            ("xn--n3h.com/app", "xn--n3h.com/app:latest"),
            ("example.com:5000", "docker.io/library/example.com:5000"),
            ("REGISTRY.example.COM/app", "registry.example.com/app:latest"),
            ("DOCKER.IO/nginx", "docker.io/library/nginx:latest"),
            ("Index.Docker.io/nginx", "docker.io/library/nginx:latest"),
            ("LocalHost/app", "localhost/app:latest"),
            ("registry.example.com:443/app", "registry.example.com/app:latest"),
            ("registry.example.com:0443/app", "registry.example.com/app:latest"),
            ("registry.example.com:05000/app", "registry.example.com:5000/app:latest"),
            ("registry.example.com:80/app", "registry.example.com:80/app:latest"),
            ("registry.example.com:000/app", "registry.example.com:0/app:latest"),
            ("localhost:443/app", "localhost/app:latest"),
            ("[::1]:443/app", "[::1]/app:latest"),
            ("docker.io:443/nginx", "docker.io:443/nginx:latest"),
            ("index.docker.io:443/nginx", "index.docker.io:443/nginx:latest"),
            ("builder:443/app", "builder:443/app:latest"),
            ("Builder/app", "builder:443/app:latest"),
            ("BUILDER/app", "builder:443/app:latest"),
            ("registry.example.com/a__b/c--d/e.f_g", "registry.example.com/a__b/c--d/e.f_g:latest"),
        ])
    func normalised(_ text: String, _ expected: String) throws {
        let reference = try ImageReference(parsing: text)
        #expect(reference.description == expected)
        #expect(reference.original == text)
        let again = try ImageReference(parsing: reference.description)
        #expect(again == reference && again.description == expected)
        #expect(try Repository(parsing: reference.repository.description) == reference.repository)
    }

    @Test("M20: keeps a tag beside a digest and adds `latest` beside none")
    func tags() throws {
        let both = try ImageReference(parsing: "nginx:1.27@\(Self.digest)")
        #expect(both.tag == "1.27" && both.digest?.description == Self.digest)
        #expect(try ImageReference(parsing: "nginx@\(Self.digest)").tag == nil)
        #expect(try ImageReference(parsing: "nginx").tag == "latest")
        #expect(try ImageReference(parsing: "nginx").digest == nil)
    }

    @Test("M17: is equal to every spelling of the same image and to no other")
    func equality() throws {
        let image = try ImageReference(parsing: "nginx")
        for same in [
            "docker.io/nginx", "index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest",
        ] {
            #expect(try ImageReference(parsing: same) == image)
            #expect(try ImageReference(parsing: same).hashValue == image.hashValue)
        }
        for other in [
            "nginx:1", "nginx@\(Self.digest)", "nginx:latest@\(Self.digest)", "team/nginx", "localhost/nginx",
        ] {
            #expect(try ImageReference(parsing: other) != image)
        }
    }

    @Test(
        "M21, M22, attack 17: that is wrong is refused with an error of its own",
        arguments: [
            ("", .empty),
            ("ngіnx", .notASCII(#"ng\u{456}nx"#)),
            ("nginx\u{202E}", .notASCII(#"nginx\u{202e}"#)),
            ("ngi\u{200B}nx", .notASCII(#"ngi\u{200b}nx"#)),
            ("registry．example.com/app", .notASCII(#"registry\u{ff0e}example.com/app"#)),
            ("e\u{301}x", .notASCII(#"e\u{301}x"#)),
            ("nginx ", .whitespace("nginx ")), (" nginx", .whitespace(" nginx")), ("a b/c", .whitespace("a b/c")),
            ("nginx\n", .whitespace(#"nginx\u{a}"#)), ("ng\u{0}inx", .whitespace(#"ng\u{0}inx"#)),
            ("https://example.com/app", .scheme("https://example.com/app")),
            ("docker://nginx", .scheme("docker://nginx")),
            (String(repeating: "0a", count: 32), .imageIdentifier(String(repeating: "0a", count: 32))),
            (
                "sha256:\(String(repeating: "0a", count: 32))",
                .imageIdentifier("sha256:\(String(repeating: "0a", count: 32))")
            ),
            ("example.com./app", .invalidDomain("example.com.")),
            ("registry.example.com.:443/app", .invalidDomain("registry.example.com.:443")),
            ("-example.com/app", .invalidDomain("-example.com")),
            ("a_b.com:80/app", .invalidDomain("a_b.com:80")),
            ("a_b.com/app", .invalidDomain("a_b.com")),
            ("example.com:/app", .invalidDomain("example.com:")),
            ("example.com:http/app", .invalidDomain("example.com:http")),
            ("example.com:-1/app", .invalidDomain("example.com:-1")),
            ("2001:db8::1/app", .invalidDomain("2001:db8::1")),
            ("[fe80::1%eth0]/app", .invalidDomain("[fe80::1%eth0]")),
            ("[]/app", .invalidDomain("[]")), ("[::1/app", .invalidDomain("[::1")),
            ("user@example.com/app", .invalidDigest("example.com/app")),
            ("[::1]:5000", .missingPath(domain: "[::1]:5000")),
            (":1.0", .missingName(":1.0")), ("@\(digest)", .missingName("@\(digest)")),
            ("Nginx", .upperCasePath("Nginx", lowerCase: "nginx")),
            ("example.com/Team/App", .upperCasePath("Team/App", lowerCase: "team/app")),
            ("example.com//app", .invalidPathComponent("", in: "example.com//app")),
            ("example.com/app/", .invalidPathComponent("", in: "example.com/app/")),
            ("/app", .invalidPathComponent("", in: "/app")),
            ("example.com/../app", .invalidPathComponent("..", in: "example.com/../app")),
            ("example.com/a..b", .invalidPathComponent("a..b", in: "example.com/a..b")),
            ("example.com/a___b", .invalidPathComponent("a___b", in: "example.com/a___b")),
            ("example.com/a-_b", .invalidPathComponent("a-_b", in: "example.com/a-_b")),
            ("example.com/a%2fb", .invalidPathComponent("a%2fb", in: "example.com/a%2fb")),
            ("example.com/app?x", .invalidPathComponent("app?x", in: "example.com/app?x")),
            ("example.com/app#x", .invalidPathComponent("app#x", in: "example.com/app#x")),
            ("nginx:", .invalidTag("")), ("nginx:.a", .invalidTag(".a")), ("nginx:-a", .invalidTag("-a")),
            ("nginx:a:b", .invalidTag("a:b")), ("nginx:a+b", .invalidTag("a+b")), ("nginx:$(x)", .invalidTag("$(x)")),
            ("nginx@", .invalidDigest("")), ("nginx@sha256:", .invalidDigest("sha256:")),
            ("nginx@sha256:abc", .invalidDigest("sha256:abc")),
            ("nginx@@\(digest)", .invalidDigest("@\(digest)")),
            ("nginx@\(digest)@\(digest)", .invalidDigest("\(digest)@\(digest)")),
            ("nginx@\(digest):1.0", .invalidDigest("\(digest):1.0")),
            ("nginx@md5:0123456789abcdef", .unsupportedDigestAlgorithm("md5")),
            ("nginx:1.27@blake3:0123", .unsupportedDigestAlgorithm("blake3")),
        ] as [(String, ReferenceError)])
    func refused(_ text: String, _ expected: ReferenceError) {
        #expect(errorOfParsing(text) == expected, "\(text)")
    }

    @Test("M22: may have a path of 255 bytes, Docker Hub's `library/` counted, a tag of 128 and a host of 253")
    func lengths() throws {
        let name = String(repeating: "a", count: 255)
        #expect(try ImageReference(parsing: "example.com/\(name)").repository.path == name)
        #expect(errorOfParsing("example.com/\(name)a") == .pathTooLong(length: 256))
        #expect(try ImageReference(parsing: String(name.dropLast(8))).repository.path.utf8.count == 255)
        #expect(errorOfParsing(String(name.dropLast(7))) == .pathTooLong(length: 256))
        let tag = String(repeating: "t", count: 128)
        #expect(try ImageReference(parsing: "nginx:\(tag)").tag == tag)
        #expect(errorOfParsing("nginx:\(tag)t") == .invalidTag("\(tag)t"))
        let host = String(repeating: "h", count: 249) + ".com"
        #expect(try ImageReference(parsing: "\(host):5000/app").repository.host == host)
        #expect(errorOfParsing("h\(host):5000/app") != nil)
    }

    @Test(
        "M28: is not the identifier of an image that a node has, whole or cut short",
        arguments: [
            String(repeating: "0a", count: 32), "sha256:\(String(repeating: "0a", count: 32))", "sha256:0a1b2c",
            "sha256:latest", "sha512:\(String(repeating: "0a", count: 64))", "sha256:0a@\(digest)",
        ])
    func localIdentifiers(_ text: String) {
        #expect(errorOfParsing(text) == .imageIdentifier(text))
    }

    @Test(
        "M28: may name a repository that is called like an algorithm, if it says where",
        arguments: [
            ("docker.io/library/sha256:0a", "docker.io/library/sha256:0a"),
            ("team/sha256:0a", "docker.io/team/sha256:0a"),
            ("sha256", "docker.io/library/sha256:latest"), ("sha256@\(digest)", "docker.io/library/sha256@\(digest)"),
            ("sha384:0a", "docker.io/library/sha384:0a"),
            ("registry.example.com/sha256:0a", "registry.example.com/sha256:0a"),
        ])
    func namedLikeAnAlgorithm(_ text: String, _ expected: String) throws {
        #expect(try ImageReference(parsing: text).description == expected)
    }

    @Test("gives host, port and path")
    func parts() throws {
        let repository = try Repository(parsing: "[2001:db8::1]:5000/team/app")
        #expect(repository.host == "[2001:db8::1]" && repository.port == 5000)
        #expect(repository.path == "team/app")
        #expect(try Repository(parsing: "example.com/app").port == nil)
        #expect(try Repository(parsing: "builder:443/app").port == 443)
        #expect(try Repository(parsing: "example.com:99999999999999999999/app").port == Int.max)
        #expect(try Repository(parsing: "nginx").description == "docker.io/library/nginx")
    }

    @Test("is no repository if it has a tag or a digest", arguments: ["nginx:1", "nginx@\(digest)"])
    func repositoryOnly(_ text: String) {
        #expect(throws: ReferenceError.notARepository(text)) { try Repository(parsing: text) }
    }

    @Test("M21: never prints what a terminal would act on or a reader mistake")
    func escaping() throws {
        let error = try #require(errorOfParsing("a\u{1B}[31m`\u{E9}"))
        #expect(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(try #require(errorOfParsing(String(repeating: "é", count: 5_000))).description.utf8.count < 1_500)
    }

    @Test("that is read prints as a text that is read as the same, whatever was changed in it", arguments: 0..<10)
    func fixPoint(_ run: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array(":/@.-_[]%ABab019 ".utf8)
        for text in ["Registry.example.com:443/team/app:1.0@\(Self.digest)", "[::1]:0443/a/b:t", "Foo/bar", "nginx"] {
            for _ in 0..<200 {
                var bytes = Array(text.utf8)
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let index = Int.random(in: bytes.indices, using: &generator)
                    bytes[index] = alphabet.randomElement(using: &generator) ?? 0
                }
                let changed = String(decoding: bytes, as: UTF8.self)
                guard let reference = try? ImageReference(parsing: changed) else { continue }
                let again = try ImageReference(parsing: reference.description)
                #expect(again == reference && again.description == reference.description, "\(changed)")
            }
        }
    }

    private func errorOfParsing(_ text: String) -> ReferenceError? {
        do throws(ReferenceError) {
            _ = try ImageReference(parsing: text)
            return nil
        } catch {
            return error
        }
    }
}
