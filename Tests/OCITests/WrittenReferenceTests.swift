import OCI
import Testing

/// What the grammar alone gives, before anything is normalised.
@Suite("A written reference")
struct WrittenReferenceTests {
    @Test(
        "is split as the grammar of distribution/reference does",
        arguments: [
            ("example.com:5000", nil, "example.com", "5000"),
            ("example.com/repo:tag", "example.com", "repo", "tag"),
            ("test:5000/repo", "test:5000", "repo", nil),
            ("library/ubuntu", "library", "ubuntu", nil),
            ("do__cker/docker", nil, "do__cker/docker", nil),
            ("Example.COM/a/b", "Example.COM", "a/b", nil),
            ("[2001:DB8::1]:5000/repo:5050", "[2001:DB8::1]:5000", "repo", "5050"),
            ("10.0.0.1", nil, "10.0.0.1", nil),
            ("10.0.0.1:750050/x", "10.0.0.1:750050", "x", nil),
        ] as [(String, String?, String, String?)])
    func split(_ text: String, _ domain: String?, _ path: String, _ tag: String?) throws {
        let reference = try WrittenReference(parsing: text)
        #expect(reference.domain == domain && reference.path == path && reference.tag == tag)
        #expect(reference.name == (domain.map { "\($0)/\(path)" } ?? path))
    }

    @Test(
        "is normalised without a change to its letters",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu"), ("team/app", "docker.io/team/app"), ("Foo/bar", "Foo/bar"),
            ("FOO/bar", "FOO/bar"), ("index.docker.io/debian", "docker.io/library/debian"),
            ("example.com:443/app", "example.com:443/app"), ("localhost/app", "localhost/app"),
            ("test_com/foo", "docker.io/test_com/foo"),
        ])
    func normalized(_ text: String, _ expected: String) throws {
        #expect(try WrittenReference(parsing: text).normalized().name == expected)
    }
}
