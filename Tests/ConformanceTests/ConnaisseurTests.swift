@testable import Doors
import OCI
import StrictJSON
import Testing

/// Connaisseur's own test data: registries with signatures, references, patterns, requests.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct ConnaisseurTests {
    private static let contentTrust = "Docker Content Trust, which ContentTrustTests run"
    private static let notation = "Notary Project signatures are not verified by this version"
    private static let keyless = "keyless signatures and transparency logs are not verified by this version"
    private static let mostSpecific =
        "the most specific pattern wins: here every policy that matches has to hold, and patterns are anchored"
    private static let betaReviews =
        "a review of version v1beta1: the API server sends the version that the webhook's configuration names, v1"

    private static let differing = [
        mostSpecific: ["match-1", "match-3", "match-4", "match-6", "match-8", "match-10", "match-11"],
        betaReviews: [
            "admission-01_deployment", "admission-03_replicaset", "admission-13_unknown_parent",
            "admission-23_alice_digest_dpl", "admission-24_alice_tag_digest_dpl", "admission-27_deleted_deployment",
            "admission-29_deleted_deployment_update_for_delete",
        ],
    ]

    @Test("images, references and requests are judged as Connaisseur judges them")
    func cases() async throws {
        try await ConformanceSuite("connaisseur").run(
            notBuilt: [Self.contentTrust: 22, Self.notation: 2, Self.keyless: 1], differing: Self.differing
        ) { test in
            switch test.kind {
            case "cosign-registry": try await signatures(test)
            case "image-reference": try reference(test)
            case "admission-parse": try review(test)
            case "policy-match": try await pattern(test)
            case "notation-registry": .notBuilt(Self.notation)
            case "dct-image", "dct-root", "dct-repo", "notaryv1-key": .notBuilt(Self.contentTrust)
            default: throw UnknownKind(kind: test.kind)
            }
        }
    }

    // MARK: - Signatures by keys

    private func signatures(_ test: ConformanceCase) async throws -> Verdict {
        guard let keys = test.parameters["keys"], keys.kind == .object, test.parameters["verify_tlog"]?.boolean == false
        else { return .notBuilt(Self.keyless) }
        var gate = PolicyGate()
        var names: [String] = []
        for (name, pem) in keys.members {
            gate.believe(name, key: Array(try #require(pem.string).utf8))
            names.append(name)
        }
        for demand in demands(of: test, names) { gate.demand(demand) }
        let image = try #require(test.text("image"))
        try serve(test, of: try ImageReference(parsing: image).repository, through: &gate)
        let (verdict, digest) = try await gate.decision(on: image)
        guard case .accepted = verdict else { return verdict }
        return compare([(digest?.description, test.text("digest"))])
    }

    /// Connaisseur's rule: each of `required`, and `threshold` of all keys; without either, all keys.
    private func demands(of test: ConformanceCase, _ names: [String]) -> [String] {
        let required = test.texts("required")
        let threshold = test.parameters["threshold"]?.integer
        var demands: [String] = []
        if !required.isEmpty { demands.append("signature: {allOf: [\(required.joined(separator: ", "))]}") }
        if required.isEmpty || threshold != nil {
            demands.append("signature: {atLeast: \(threshold ?? names.count), of: [\(names.joined(separator: ", "))]}")
        }
        return demands
    }

    /// The tree holds `REPOSITORY/manifests/TAG.json` and `REPOSITORY/blobs/DIGEST.json`.
    private func serve(_ test: ConformanceCase, of repository: Repository, through gate: inout PolicyGate) throws {
        let tree = try #require(test.inputs["registry_tree"]?.string)
        let name = try #require(repository.path.split(separator: "/").last)
        let folder = "\(tree)/\(name)"
        for file in try test.files(in: "\(folder)/manifests") {
            gate.serve(
                try test.file(named: "\(folder)/manifests/\(file)"), in: repository,
                as: String(file.dropLast(".json".count)))
        }
        for file in try test.files(in: "\(folder)/blobs") {
            gate.serve(blob: try test.file(named: "\(folder)/blobs/\(file)"))
        }
    }

    // MARK: - References

    /// Connaisseur calls Docker Hub `index.docker.io`, as go-containerregistry does.
    private func reference(_ test: ConformanceCase) throws -> Verdict {
        do throws(ReferenceError) {
            let reference = try ImageReference(parsing: test.text("reference") ?? "")
            func spelled(_ text: String) -> String {
                text.hasPrefix("docker.io/") ? "index.\(text)" : text
            }
            return compare([
                (spelled(reference.repository.description), test.text("repository")),
                (reference.digest?.description ?? reference.tag, test.text("identifier")),
                (spelled(reference.description), test.text("name")),
            ])
        } catch {
            return .refused("\(error)")
        }
    }

    // MARK: - Patterns

    /// Of two patterns the one that fits is in force; both are if both fit. What is no pattern here fits nothing.
    private func pattern(_ test: ConformanceCase) async throws -> Verdict {
        let image = try #require(test.text("image"))
        func fits(_ parameter: StaticString) async throws -> Bool {
            var gate = PolicyGate()
            gate.demand("trustedRegistries: [\"\(try #require(test.text(parameter)))\"]")
            if case .accepted = try await gate.decision(on: image).verdict { return true }
            return false
        }
        let inForce: String? =
            switch (try await fits("pattern1"), try await fits("pattern2")) {
            case (true, true): "equal"
            case (true, false): "pattern1"
            case (false, true): "pattern2"
            case (false, false): nil
            }
        guard case .accepted = compare([(inForce, test.text("winner"))]) else { return .differs(Self.mostSpecific) }
        return .accepted
    }

    // MARK: - Requests

    private func review(_ test: ConformanceCase) throws -> Verdict {
        let body = try test.file("admission_review")
        let request = try JSONDocument(parsing: body).root
        guard request["apiVersion"]?.isString("admission.k8s.io/v1beta1") != true else {
            return .differs(Self.betaReviews)
        }
        do throws(AdmissionReviewError) {
            let review = try AdmissionReviewRequest(parsing: body, limits: JSONLimits())
            let found = try? review.images(placeholders: []).map(\.description).sorted()
            guard review.operation == .create, let object = review.object else { return .accepted }
            let expected = ContainerImages.all(in: object)
            return found == expected ? .accepted : .refused("found \(found ?? []), the object has \(expected)")
        } catch {
            return .refused("\(error)")
        }
    }
}
