import PolicyDocuments
import StrictJSON
import Trust

extension PolicyReport {
    /// `dockgate.dev/output/v1`: one object for programs.
    var json: String {
        var writer = JSONWriter(reservingCapacity: 2_048)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("valid", summary != nil)
        writer.key("diagnostics")
        writer.beginArray()
        for diagnostic in diagnostics {
            writer.beginObject()
            writer.member("severity", diagnostic.severity.rawValue)
            writer.member("file", diagnostic.position.file)
            writer.member("line", diagnostic.position.line)
            writer.member("column", diagnostic.position.column)
            if let code = diagnostic.code { writer.member("code", code) }
            writer.member("message", diagnostic.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}
