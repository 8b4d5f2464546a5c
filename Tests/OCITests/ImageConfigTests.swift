import OCI
import Testing

@Suite("An image configuration")
struct ImageConfigTests {
    private let digest = "sha256:" + String(repeating: "0a", count: 32)

    @Test("is read")
    func read() throws {
        let config = try parse(
            #"""
            {"architecture":"amd64","os":"linux","created":"2026-01-02T03:04:05.678Z","container_config":{"user":1},
             "config":{"User":"1000:1000","Env":["PATH=/bin","A="],"Labels":{"a":"b"},"Entrypoint":["/app"],"Cmd":["serve"],
              "WorkingDir":"/srv","ExposedPorts":{"8080/tcp":{},"53/udp":{}},"StopSignal":"SIGTERM"},
             "rootfs":{"type":"layers","diff_ids":["\#(digest)"]},
             "history":[{"created":"2026-01-02T03:04:05Z","created_by":"COPY"},{"empty_layer":true,"comment":"c","author":"a"}]}
            """#)
        #expect(config.architecture == "amd64" && config.os == "linux" && config.variant == nil)
        #expect(config.created == "2026-01-02T03:04:05.678Z" && config.user == "1000:1000")
        #expect(config.environment == ["PATH=/bin", "A="] && config.labels["a"] == "b")
        #expect(config.entrypoint == ["/app"] && config.command == ["serve"] && config.workingDirectory == "/srv")
        #expect(config.exposedPorts == ["8080/tcp", "53/udp"])
        #expect(config.diffIDs.map(\.description) == [digest])
        #expect(config.history.map(\.isEmptyLayer) == [false, true] && config.history[0].createdBy == "COPY")
    }

    @Test("may leave out or null what it need not have")
    func sparse() throws {
        let text = #"{"architecture":"","os":"","config":{"Env":null,"Labels":null,"Cmd":null},"history":null}"#
        let config = try parse(text)
        #expect(config.user == nil && config.environment.isEmpty && config.labels.isEmpty && config.diffIDs.isEmpty)
        #expect(try parse(#"{"architecture":"arm64","os":"linux"}"#).entrypoint.isEmpty)
    }

    @Test(
        "that is wrong is refused where it is",
        arguments: [
            (#"{"os":"linux"}"#, "$.architecture"), (#"{"architecture":"a"}"#, "$.os"), ("[]", "$"),
            (#"{"architecture":1,"os":"linux"}"#, "$.architecture"),
            (#"{"architecture":"a","os":"l","config":[]}"#, "$.config"),
            (#"{"architecture":"a","os":"l","config":{"User":0}}"#, "$.config.User"),
            (#"{"architecture":"a","os":"l","config":{"Env":"A=1"}}"#, "$.config.Env"),
            (#"{"architecture":"a","os":"l","config":{"Env":[null]}}"#, "$.config.Env[0]"),
            (#"{"architecture":"a","os":"l","config":{"Labels":{"x":1}}}"#, #"$.config.Labels["x"]"#),
            (#"{"architecture":"a","os":"l","rootfs":{"diff_ids":["x"]}}"#, "$.rootfs.diff_ids[0]"),
            (#"{"architecture":"a","os":"l","history":[{"empty_layer":"yes"}]}"#, "$.history[0].empty_layer"),
            (#"{"architecture":"a","os":"l","history":{}}"#, "$.history"),
        ])
    func malformed(_ text: String, _ path: String) {
        #expect {
            try parse(text)
        } throws: { error in
            guard case .malformed(path, _, _)? = error as? ManifestError else { return false }
            return true
        }
    }

    @Test(
        "with a key that another reader takes for a known one is refused",
        arguments: [
            #"{"architecture":"a","os":"l","OS":"windows"}"#,
            #"{"architecture":"a","os":"l","config":{"user":"root"}}"#,
            #"{"architecture":"a","os":"l","Config":{}}"#, #"{"architecture":"a","os":"l","rootfs":{"Diff_IDs":[]}}"#,
        ])
    func confusing(_ text: String) {
        #expect {
            try parse(text)
        } throws: { error in
            if case .confusing? = error as? ManifestError { true } else { false }
        }
    }

    @Test("beyond 8 MiB is refused")
    func tooLarge() {
        let bytes = [UInt8](repeating: 0x20, count: ImageConfig.maximumBytes + 1)
        #expect(throws: ManifestError.limitExceeded(path: "$", found: bytes.count, limit: 8 << 20)) {
            try ImageConfig(parsing: bytes)
        }
    }

    private func parse(_ text: String) throws(ManifestError) -> ImageConfig {
        try ImageConfig(parsing: Array(text.utf8))
    }
}
