import TUF
import Trust

extension MirroredTarget {
    /// Of the field `tuf`. Throws for an address that nobody could ask, for a pinned root that is none or is not signed as
    /// it says itself, and for a path that no target can have.
    init(_ fields: FieldValue, usually usualPath: String) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        let mirror = fields["mirror"]?.text ?? ""
        let address = MirrorAddress.normalised(mirror)
        if address == nil {
            problems.append(
                FieldProblem(
                    "`\(mirror.quoted)` is no address of a mirror, expected one such as `https://tuf.example.com`",
                    at: fields["mirror"]?.position ?? fields.position))
        }
        let path = fields["target"]?.text ?? usualPath
        if !TUFUpdate.canLook(for: path) || !path.utf8.allSatisfy({ $0 < 0x80 }) {
            problems.append(
                FieldProblem(
                    "no target has the path `\(path.quoted)`, expected segments of ASCII other than `.` and `..`",
                    at: fields["target"]?.position ?? fields.position))
        }
        let file = fields["root"]?.file
        do throws(TUFError) {
            _ = try PinnedRoot(parsing: file?.bytes ?? [])
        } catch {
            problems.append(
                FieldProblem(
                    "`\(file?.path ?? "root")` is no root metadata that can be believed: \(error.reason)",
                    at: fields["root"]?.position ?? fields.position))
        }
        guard let address, problems.isEmpty else {
            throw FieldProblems(problems) ?? FieldProblems(FieldProblem("expected `mirror`", at: fields.position))
        }
        self.init(mirror: address, pinnedRoot: file?.bytes ?? [], path: path)
    }
}
