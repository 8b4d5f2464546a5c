import OCI
import PolicyEngine

extension PolicySet {
    /// `3 policies, 1 exemption, 0 exceptions, 2 attestors, revision sha256:…`
    var summary: String {
        func counted(_ count: Int, _ singular: String, _ plural: String) -> String {
            "\(count) \(count == 1 ? singular : plural)"
        }
        return [
            counted(policies.count, "policy", "policies"), counted(exemptions.count, "exemption", "exemptions"),
            counted(exceptions.count, "exception", "exceptions"), counted(attestors.count, "attestor", "attestors"),
            "revision \(revision)",
        ].joined(separator: ", ")
    }
}
