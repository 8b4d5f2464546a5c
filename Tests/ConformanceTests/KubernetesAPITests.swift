@testable import Doors
import StrictJSON
import Testing
import YAMLDocument

/// The samples of github.com/kubernetes/api: one object of each kind with every field filled in, as JSON and as YAML.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct KubernetesAPITests {
    @Test("every image of every kind is found, and a review loses nothing that a decision or its record needs")
    func cases() async throws {
        try await ConformanceSuite("kubernetes-api").run { test in
            let json = try self.json(test)
            let object = try JSONDocument(parsing: json).root
            do throws(WorkloadError) {
                let found = try WorkloadImages.find(in: object).map(\.description).sorted()
                let expected = ContainerImages.all(in: object)
                guard found == expected else { return .refused("found \(found), the object has \(expected)") }
            } catch {
                return .refused("\(error)")
            }
            guard object["apiVersion"]?.isString("admission.k8s.io/v1") == true else { return .accepted }
            return review(String(decoding: json, as: UTF8.self))
        }
    }

    private func json(_ test: ConformanceCase) throws -> [UInt8] {
        let bytes = try test.file("object")
        guard test.text("format") == "yaml" else { return bytes }
        return try #require(try YAMLStream.parse(bytes, limits: .manifests).first).json
    }

    /// The samples name no operation that there is, so that one word is put right.
    private func review(_ json: String) -> Verdict {
        let body = Array(json.replacing("\"operationValue\"", with: "\"CREATE\"").utf8)
        do throws(AdmissionReviewError) {
            let review = try AdmissionReviewRequest(parsing: body, limits: JSONLimits())
            return compare([
                (review.uid, "uidValue"), (review.kind.group, "groupValue"), (review.kind.version, "versionValue"),
                (review.kind.kind, "kindValue"), (review.subresource, "subResourceValue"),
                (review.namespace, "namespaceValue"), (review.name, "nameValue"), ("\(review.isDryRun)", "true"),
                (review.user.name, "usernameValue"), (review.user.uid, "uidValue"),
                (review.user.groups.joined(separator: ","), "groupsValue"),
                (review.object?["kind"]?.string, "CustomType"), (review.oldObject?["kind"]?.string, "CustomType"),
            ])
        } catch {
            return .refused("\(error)")
        }
    }
}
