import OCI
import Testing

@Suite("A repository prefix")
struct RepositoryPrefixTests {
    @Test(
        "is a registry, a path on it or a repository, in one spelling",
        arguments: [
            ("registry.example.com", "registry.example.com"), ("Registry.example.com:443", "registry.example.com"),
            ("localhost", "localhost"), ("builder:5000", "builder:5000"), ("[::1]:5000", "[::1]:5000"),
            ("registry.example.com/team", "registry.example.com/team"), ("docker.io", "docker.io"),
            ("index.docker.io/library", "docker.io/library"), ("docker.io/library/nginx", "docker.io/library/nginx"),
            ("docker.io/nginx", "docker.io/nginx"),
        ])
    func spelling(_ text: String, _ expected: String) throws {
        #expect(try RepositoryPrefix(parsing: text).description == expected)
        #expect(try RepositoryPrefix(parsing: expected) == RepositoryPrefix(parsing: text))
    }

    @Test(
        "is no name that something would have to be added to, and nothing with a tag or a digest",
        arguments: [
            "", "nginx", "library/nginx", "builder", "registry.example.com/", "/team", "registry.example.com//a",
            "registry.example.com/Team", "registry.example.com/app:1", "https://registry.example.com", "a b.example",
            "registry.example.com/app@sha256:\(String(repeating: "0", count: 64))", "registry.example.com:http",
        ])
    func refused(_ text: String) {
        #expect(throws: ReferenceError.self) { try RepositoryPrefix(parsing: text) }
    }

    @Test("holds what is below it by whole components, and itself")
    func contains() throws {
        func contains(_ prefix: String, _ repository: String) throws -> Bool {
            try RepositoryPrefix(parsing: prefix).contains(Repository(parsing: repository))
        }
        for prefix in ["docker.io", "docker.io/library", "docker.io/library/nginx"] {
            #expect(try contains(prefix, "nginx"), "\(prefix)")
        }
        for prefix in ["docker.io/lib", "docker.io/library/ngin", "docker.io/library/nginx/a", "docker.io/team"] {
            #expect(try !contains(prefix, "nginx"), "\(prefix)")
        }
        #expect(try !contains("registry.example.com", "registry.example.com:5000/app"))
        #expect(try !contains("registry.example.com:5000", "registry.example.com:50000/app"))
    }

    @Test("moves what is below it, unless that would be no repository or another one")
    func moving() throws {
        func moved(_ repository: String, _ prefix: String, _ other: String) throws -> String? {
            try RepositoryPrefix(parsing: prefix).moving(
                Repository(parsing: repository), to: RepositoryPrefix(parsing: other))?.description
        }
        #expect(try moved("mirror.example/ns/app", "mirror.example", "vendor.example") == "vendor.example/ns/app")
        #expect(try moved("nginx", "docker.io", "mirror.example/hub") == "mirror.example/hub/library/nginx")
        #expect(try moved("mirror.example/hub/team/app", "mirror.example/hub", "docker.io") == "docker.io/team/app")
        #expect(try moved("mirror.example/app", "mirror.example/app", "vendor.example/a/b") == "vendor.example/a/b")
        #expect(try moved("mirror.example/app", "vendor.example", "other.example") == nil)
        #expect(try moved("mirror.example/app", "mirror.example/app", "vendor.example:5000") == nil)
        #expect(try moved("mirror.example/app", "mirror.example", "docker.io") == nil)
    }
}
