import OCI
import Outbound
@testable import Registry
import Testing
import Trust

@Suite struct RegistryAddressTests {
    @Test(
        "what is asked for stands where the distribution protocol has it",
        arguments: [
            ("registry.example.com/team/app", "https://registry.example.com/v2/team/app/manifests/1"),
            ("registry.example.com:5000/app", "https://registry.example.com:5000/v2/app/manifests/1"),
            ("nginx", "https://registry-1.docker.io/v2/library/nginx/manifests/1"),
            ("docker.io:443/a/b", "https://docker.io/v2/a/b/manifests/1"),
            ("[2001:db8::1]:5000/a", "https://[2001:db8::1]:5000/v2/a/manifests/1"),
            ("builder:443/a", "https://builder/v2/a/manifests/1"),
        ])
    func places(reference: String, expected: String) throws {
        let locator = Locator.manifest(try Repository(parsing: reference), .tag("1"))
        #expect(try RegistryAddress(locator, insecure: false).url.description == expected)
    }

    @Test("plain HTTP is only the scheme")
    func insecure() throws {
        let digest = Digest.sha256(of: [])
        let locator = Locator.blob(try Repository(parsing: "localhost:5000/a"), digest, limit: 1)
        #expect(
            try RegistryAddress(locator, insecure: true).url.description == "http://localhost:5000/v2/a/blobs/\(digest)"
        )
    }
}
