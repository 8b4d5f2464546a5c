import OCI
import TestSupport
import Testing
import Trust

@testable import PolicyEngine

@Suite struct ImagePatternTests {
    private func match(_ pattern: String, _ image: String, resolved: Digest? = nil) throws -> ImagePattern.Match {
        try ImagePattern(pattern).match(
            PatternSubject(
                MatchableReference(try ImageReference(parsing: image)),
                of: RequestFacts(source: .pipeline, namespace: .absent), resolved: resolved))
    }

    @Test(
        "a pattern matches the normalised reference",
        arguments: [
            ("docker.io/library/nginx", "nginx"),
            ("docker.io/library/nginx", "index.docker.io/library/nginx:1.27"),
            ("index.docker.io/library/nginx", "nginx"),
            ("docker.io/library/*", "nginx"),
            ("docker.io/**", "acme/app"),
            ("registry.example.com/**", "registry.example.com/a/b/c"),
            ("registry.example.com/team-*/app", "registry.example.com/team-1/app"),
            ("registry.example.com/team*/app", "registry.example.com/team/app"),
            ("registry.example.com/*/app", "registry.example.com/x/app"),
            ("*.example.com/**", "eu.example.com/app"),
            ("reg-*.example.com/app", "reg-7.example.com/app"),
            ("registry.example.com:5000/app", "registry.example.com:5000/app"),
            ("registry.example.com:443/app", "registry.example.com/app"),
            ("builder:443/app", "builder:443/app"),
            ("builder:00443/app", "Builder/app"),
            ("*.example.com:443/**", "eu.example.com/app"),
            ("*.example.com:0443/**", "eu.example.com:443/app"),
            ("*.example.com:05000/**", "eu.example.com:5000/app"),
            ("build*:443/**", "builder:443/app"),
            ("build*:05000/**", "builder:5000/app"),
            ("*:5000/**", "localhost:5000/app"),
            ("registry.example.com:0005000/app", "registry.example.com:5000/app"),
            ("[2001:DB8::1]:443/app", "[2001:db8::1]/app"),
            ("localhost:5000/**", "localhost:5000/app"),
            ("[2001:db8::1]:5000/app", "[2001:db8::1]:5000/app"),
            ("docker.io/library/alpine:3.*", "alpine:3.20"),
            ("docker.io/library/alpine:latest", "alpine"),
        ])
    func matches(pattern: String, image: String) throws {
        #expect(try match(pattern, image) == .matches)
    }

    @Test(
        "M23, attack 16: a trusted host inside another host, path or prefix is not trusted",
        arguments: [
            ("registry.example.com/**", "registry.example.com.evil.com/app"),
            ("registry.example.com/**", "evil.com/registry.example.com/app"),
            ("registry.example.com/**", "evil.com/x.registry.example.com/app"),
            ("registry.example.com/**", "eu.registry.example.com/app"),
            ("registry.example.com/**", "registry.example.com:5000/app"),
            ("registry.example.com:5000/**", "registry.example.com/app"),
            ("docker.io/acme/**", "docker.io/acmeevil/app"),
            ("registry.io/team*", "registry.io.evil.com/team"),
            ("registry.io/team*", "registry-io/team"),
            ("registry.io/team*", "registryxio:443/team"),
            ("registry.io/team*", "registry.io/team/evil"),
            ("registry.io/team*", "evil.com/registry.io/team"),
            ("registry.io/team*", "registry.io/xteam"),
            ("registry.io/team*", "registry.io:5000/team"),
            ("trusted.io/**", "trusted.io.evil.com/x"),
            ("x.trusted.example.com/org/**", "attacker.com/x.trusted.example.com/org/malware"),
            ("docker.io/library/nginx", "docker.io/library/nginx-evil"),
            ("docker.io/library/nginx", "docker.io/library/nginx/evil"),
            ("docker.io/library/*", "docker.io/library/nginx/evil"),
            ("registry.example.com/team/*", "registry.example.com/team"),
            ("registry.example.com/team/**", "registry.example.com/team"),
            ("*.example.com/**", "a.b.example.com/app"),
            ("*.example.com/**", "example.com/app"),
            ("*.example.com/**", "evil.com/a.example.com/app"),
            ("docker.io/library/alpine:3.*", "alpine:4"),
            ("docker.io/library/alpine:3.*", "alpine"),
        ])
    func doesNotMatch(pattern: String, image: String) throws {
        #expect(try match(pattern, image) == .doesNotMatch)
    }

    @Test(
        "M23: a star is part of a name, so a pattern that ends in one takes in names that go on",
        arguments: ["registry.io/team", "registry.io/team-evil", "registry.io/teams", "registry.io:443/team.evil"])
    func openEnd(image: String) throws {
        #expect(try match("registry.io/team*", image) == .matches)
    }

    @Test("M20: a tag beside a digest does not count in favour")
    func tagBesideDigest() throws {
        let digest = PolicyFixture.digest("image")
        #expect(try match("docker.io/library/alpine:3.*", "alpine:3.20@\(digest)") == .onlyByTagBesideDigest)
        #expect(try match("docker.io/library/alpine", "alpine:3.20@\(digest)") == .matches)
        #expect(try match("docker.io/library/alpine@\(digest)", "alpine:3.20@\(digest)") == .matches)
        #expect(
            try match("docker.io/library/alpine@\(digest)", "alpine@\(PolicyFixture.digest("other"))") == .doesNotMatch)
    }

    @Test("a pattern with a digest matches a tag that stands for it")
    func resolvedDigest() throws {
        let digest = PolicyFixture.digest("image")
        #expect(try match("docker.io/library/alpine@\(digest)", "alpine:3.20", resolved: digest) == .matches)
        #expect(try match("docker.io/library/alpine@\(digest)", "alpine:3.20") == .doesNotMatch)
    }

    @Test(
        "what is no pattern is refused with the right spelling",
        arguments: [
            ("nginx", "docker.io/library/nginx"),
            ("acme/app", "docker.io/acme/app"),
            ("registry.example.com", "registry.example.com/**"),
            ("registry.example.com/", "registry.example.com/**"),
            ("docker.io/acme", "docker.io/acme/**"),
            ("docker.io/*", "docker.io/*/**"),
            ("*", "fully qualified"),
            ("**", "fully qualified"),
            ("registry.example.com/a/**/b", "only as the last segment"),
            ("registry.example.com/a**", "only as the last segment"),
            ("registry.example.com//app", "cannot be a path segment"),
            ("registry.example.com/App", "lower case"),
            ("Registry.example.com/app", "lower case"),
            ("registry..example.com/app", "not a host"),
            ("registry.example.com:port/app", "not a port"),
            ("registry.example.com:/app", "no port"),
            ("*.example.com:/app", "no port"),
            ("*.example.com:123456/app", "not a port"),
            ("build*/**", "needs its port, as `build*:5000/**`"),
            ("*/app", "needs its port, as `*:5000/**`"),
            ("reg-.*.com/app", "not a host"),
            ("registry.-example.com/app", "not a host"),
            ("[2001:db8::*]/app", "not a host"),
            ("[2001:db8::1/app", "not a host"),
            ("[registry.example.com]:5000/app", "not a host"),
            ("[]:5000/app", "not a host"),
            ("registry.example.com/a..b", "cannot be a path segment"),
            ("registry.example.com/a___*", "cannot be a path segment"),
            ("registry.example.com/-*/app", "cannot be a path segment"),
            ("registry.example.com/*./app", "cannot be a path segment"),
            ("registry.example.com/app:", "cannot be a tag"),
            ("registry.example.com/app:-*", "cannot be a tag"),
            ("registry.example.com/app:.x", "cannot be a tag"),
            ("registry.example.com/app:a/b", "cannot be a path segment"),
            ("registry.example.com/app@sha256:abc", "not a digest"),
            ("registry.example.com/$(name)/**", "there is no variable"),
            ("registry.example.com/a pp", "printable ASCII"),
            ("regístry.example.com/app", "printable ASCII"),
            ("", "empty"),
        ])
    func refused(pattern: String, hint: String) {
        #expect { try ImagePattern(pattern) } throws: { error in
            String(describing: error).contains(hint)
        }
    }

    /// Hosts in many spellings. Those that `Repository` takes for another host (`index.docker.io`, and `localhost` with
    /// the port that it does without) have no spelling with a wildcard.
    @Test(
        "a pattern spelled like a reference, one label of its host a wildcard, matches it", arguments: UInt64(1)...300)
    func spelledAlike(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let words = ["registry", "eu-1", "example", "com", "builder", "7"]
        let labels = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
            words.randomElement(using: &generator) ?? "a"
        }
        let ports = [":443", ":0443", ":5000", ":005000", ":80", ":0", ":00"]
        let port = (labels.count > 1 ? ports + [""] : ports).randomElement(using: &generator) ?? ":80"
        let path = ["/app", "/a/b", "/a/b/c"].randomElement(using: &generator) ?? "/app"
        let reference = labels.joined(separator: ".") + port + path
        for position in labels.indices {
            var written = labels
            written[position] = Bool.random(using: &generator) ? "*" : String(labels[position].prefix(1)) + "*"
            let host = written.joined(separator: ".") + port
            for pattern in [host + path, host + "/**"] {
                #expect(try match(pattern, reference) == .matches, "\(pattern) \(reference)")
            }
        }
        #expect(try match(reference, reference) == .matches)
    }

    @Test("P09: a pattern with many stars stays linear in what it has to look at")
    func manyStars() {
        let glob = Glob(String(repeating: "a*", count: 64).utf8)
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 4_096) + [UInt8(ascii: "b")]
        #expect(glob.matches(text))
        #expect(!Glob((String(repeating: "a*", count: 64) + "c").utf8).matches(text))
    }
}
