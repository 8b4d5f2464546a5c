import Glibc
import PolicyDocuments
import PolicyEngine
import Sigstore
import Timestamp

/// What it costs to load a directory of policies: to start, and to take up a change while decisions go on.
enum PolicyLoadingBenchmark {
    struct Measurement {
        let bytes: Int
        /// CPU time of one load, in milliseconds.
        let milliseconds: Double
    }

    /// The best of `rounds` loads of a directory of 1 MiB that holds one policy for each team of a large company: what else
    /// runs on the machine only ever adds to it. Throws if the directory does not load.
    static func measure(rounds: Int = 10) throws -> Measurement {
        let directory = Directory(bytes: 1 << 20)
        var best = Double.infinity
        for _ in 0..<rounds {
            let start = processorMilliseconds()
            let loaded = try PolicyDocuments.load(
                directory: "policies", formats: [CosignFormat()], now: .earliest, from: directory)
            guard loaded.policySet.policies.count == directory.policies else { throw UnexpectedNumber() }
            best = min(best, processorMilliseconds() - start)
        }
        return Measurement(bytes: directory.bytes, milliseconds: best)
    }

    struct UnexpectedNumber: Error {}

    private static func processorMilliseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
    }
}

/// Files in memory: no disk is measured.
private struct Directory: DocumentSource {
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var policies = 0
    private(set) var bytes = 0

    /// The gate reads at most 64 documents from one file.
    private static let documentsInAFile = 50

    init(bytes wanted: Int) {
        files["policies/release.pub"] = Array(Directory.key.utf8)
        files["policies/attestors.yaml"] = Array(Directory.attestor.utf8)
        while bytes < wanted {
            let documents = (0..<Directory.documentsInAFile).map { Directory.policy(team: policies + $0) }
            let file = Array(documents.joined(separator: "---\n").utf8)
            files["policies/teams-\(policies).yaml"] = file
            policies += documents.count
            bytes += file.count
        }
    }

    /// Its private half was never kept.
    private static let key = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsnq8TI4Qacs5x4lV63Hl9ZkVgMEB
        UZO+zDBTkeStHTeZPmlphD6nR1+eaY3+HPvF6ytpotHJ8rHuciEnB+uaYg==
        -----END PUBLIC KEY-----

        """

    private static let attestor = """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: release-key}
        spec:
          cosign:
            keys: [{file: release.pub}]
            transparencyLog: notRequired

        """

    private static func policy(team: Int) -> String {
        """
        # What team \(team) runs comes from its own repositories, is named by a digest in production, and signed.
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata:
          name: team-\(team)
          annotations: {owner: team-\(team)@example.com}
        spec:
          enforcement:
            default: warn
            deny:
              - namespaces: {names: [team-\(team)-prod]}
          match:
            images: ["registry.example.com/team-\(team)/**"]
            namespaces: {names: ["team-\(team)-*"]}
          exclude:
            - images: ["registry.example.com/team-\(team)/sandbox/**"]
          checks:
            - name: sources
              trustedRegistries: ["registry.example.com/team-\(team)/**", "docker.io/library/*"]
            - tags: {deny: [latest, "*-dev"]}
            - name: signed
              signature: {by: release-key}
              message: release it through the pipeline, which signs what it built

        """
    }

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        files.keys.map { String($0.dropFirst("policies/".count)) }
    }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard let bytes = files[path] else { throw DocumentSourceError("does not exist") }
        return bytes
    }

    func generation(of directory: String) -> String { "" }
}
