/// Checks a whole log: every line of every segment, the chain through all of them, and the evidence they name.
///
/// It takes no lock and writes nothing, so it may run beside the gate: it then sees a beginning of the log that was
/// complete when it read it. Memory is bounded, whatever the directory holds.
public enum AuditVerification {
    /// With `expectedHead`, a position that was kept elsewhere, it also finds out whether the log still holds exactly
    /// that record; only that detects a change of the last record, or that records were cut off at the end.
    public static func verify(
        directory: String, expectedHead: AuditPosition? = nil, checkingEvidence: Bool = true,
        storage: any Storage = FileStorage()
    ) -> AuditReport {
        var walk = LogWalk(AuditDirectory(root: directory), storage, expectedHead, checkingEvidence)
        do {
            try walk.run()
        } catch {
            walk.report.problem = error.description
        }
        return walk.finish()
    }
}
