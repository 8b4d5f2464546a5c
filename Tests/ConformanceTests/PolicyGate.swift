import Admission
import Cryptography
import OCI
import PolicyDocuments
import PolicyEngine
import Sigstore
import StrictJSON
import Testing
import Timestamp
import Trust

/// A gate with a policy and a registry from memory: cases of signatures are put to it as an author of policies would put
/// them.
struct PolicyGate {
    private var documents = MemorySource()
    private var demands: [String] = []
    private var registry = MemoryRegistry()

    private static let now = Instant(secondsSince1970: 1_795_000_000)

    /// An attestor that believes one key; `identity` is written as the policy language has it.
    mutating func believe(_ name: String, key pem: [UInt8], identity: String = "repository") {
        documents.files["policies/\(name).pub"] = pem
        add(
            "Attestor", name,
            "{cosign: {keys: [{file: \(name).pub}], transparencyLog: notRequired, identity: \(identity)}}")
    }

    /// A check that the image has to pass, such as `signature: {by: alice}`; all demands have to hold.
    mutating func demand(_ check: String) {
        demands.append("{name: demand-\(demands.count), \(check)}")
        add("ImagePolicy", "signed", "{checks: [\(demands.joined(separator: ", "))]}")
    }

    private mutating func add(_ kind: String, _ name: String, _ specification: String) {
        let text = """
            apiVersion: dockgate.dev/v1
            kind: \(kind)
            metadata: {name: \(name)}
            spec: \(specification)
            """
        documents.files["policies/\(kind.lowercased())-\(name).yaml"] = Array(text.utf8)
    }

    /// A manifest under a tag.
    mutating func serve(_ manifest: [UInt8], in repository: Repository, as tag: String) {
        let mediaType = (try? JSONDocument(parsing: manifest))?.root["mediaType"]?.string
        registry.manifests[.manifest(repository, .tag(tag))] = Fetched.Content(
            bytes: manifest, digest: .sha256(of: manifest), mediaType: mediaType)
    }

    mutating func serve(blob: [UInt8]) {
        registry.blobs[.sha256(of: blob)] = blob
    }

    /// Whether the image comes in, and as which digest. Policies that do not load let nothing in.
    func decision(on image: String) async throws -> (verdict: Verdict, digest: Digest?) {
        let policies: PolicySet
        do throws(LoadFailure) {
            policies = try PolicyDocuments.load(
                directory: "policies", formats: [CosignFormat()], now: Self.now, from: documents
            ).policySet
        } catch {
            return (.refused("the policies do not load: \(error)"), nil)
        }
        let gate = Gate(
            rules: GateRules(policies: policies),
            collector: EvidenceCollector(source: registry, keeper: nil, clock: { Self.now }), log: nil,
            instance: GateInstance(name: "conformance", version: "0"))
        let request = AdmissionRequest(
            facts: RequestFacts(source: .pipeline, namespace: .absent),
            images: [RequestedImage(text: image, kind: .main, path: "image", container: nil)],
            origin: RequestOrigin(source: "conformance"), deadline: .now + .seconds(30))
        let decided = try #require(await gate.decide(request, at: Self.now).images.first).decision
        // A case that could not be looked at would be refused for the wrong reason.
        try #require(!decided.isUndetermined)
        let found = decided.findings.compactMap { $0.refusal?.found }.joined(separator: "; ")
        return (decided.isAllowed ? .accepted : .refused(found), decided.digest)
    }
}

private struct MemorySource: DocumentSource {
    var files: [String: [UInt8]] = [:]

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        files.keys.map { String($0.dropFirst(directory.utf8.count + 1)) }
    }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard let bytes = files[path] else { throw DocumentSourceError("does not exist") }
        return bytes
    }

    func generation(of directory: String) -> String { directory }
}

private struct MemoryRegistry: EvidenceSource {
    var manifests: [Locator: Fetched.Content] = [:]
    var blobs: [Digest: [UInt8]] = [:]

    func fetch(_ locator: Locator, deadline: ContinuousClock.Instant) async -> Fetched {
        switch locator {
        case .manifest(let repository, let name, _):
            return manifests[.manifest(repository, name)].map(Fetched.found) ?? .absent
        case .blob(_, let digest, _):
            return blobs[digest].map { .found(.init(bytes: $0, digest: digest, mediaType: nil)) } ?? .absent
        case .referrers, .tags, .trustMetadata:
            return .absent
        }
    }

    func credentialsIdentity(for repository: Repository) -> [UInt8] { [] }
}
