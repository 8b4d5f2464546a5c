import StrictJSON

extension CheckReport {
    /// GitLab's code quality report: an object for each problem. What is wrong is `critical`, what could not be looked at
    /// `major`, what only warns `minor`.
    var gitlab: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginArray()
        for result in results {
            writer.beginObject()
            writer.member("description", result.lines.joined(separator: "; "))
            writer.member("check_name", result.problem.code.printable)
            writer.member("fingerprint", result.fingerprint)
            writer.member("severity", result.codeQualitySeverity)
            writer.key("location")
            writer.beginObject()
            writer.member("path", result.image.repositoryPath.printable)
            writer.key("lines")
            writer.beginObject()
            writer.member("begin", result.image.place?.line ?? 1)
            writer.endObject()
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

extension ReportedResult {
    fileprivate var codeQualitySeverity: String {
        guard problem.severity == .error else { return "minor" }
        return problem.outcome == "undetermined" ? "major" : "critical"
    }
}
