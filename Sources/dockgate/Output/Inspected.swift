import ArgumentParser
import StrictJSON

/// What `inspect` makes of a file.
protocol Inspected {
    var facts: Facts { get }
    /// Members of an object.
    func write(to writer: inout JSONWriter)
}

/// A file that is shown, and how.
struct InspectedFileOptions: ParsableArguments {
    @Argument(help: "A file, or `-` for standard input.", completion: .file())
    var file: String

    @OptionGroup var output: OutputOptions

    /// Shows what `read` makes of it, and that nothing of it was verified. What `read` throws is a mistake at that file.
    func show(limit: Int, _ read: ([UInt8]) throws -> any Inspected) throws {
        let name = file == "-" ? "stdin" : file
        var stream = try ByteStream(file, name: name)
        let bytes = try stream.readAll(after: [], limit: limit)
        let content: any Inspected
        do { content = try read(bytes) } catch { throw UsageError("\(error)", at: name) }
        switch output.format {
        case .table: try StandardOutput.write(content.facts.text + InspectedFileOptions.notVerified)
        case .json:
            var writer = JSONWriter(reservingCapacity: 4_096)
            writer.beginObject()
            writer.member("apiVersion", OutputOptions.apiVersion)
            writer.member("verified", false)
            content.write(to: &writer)
            writer.endObject()
            try StandardOutput.write(json: String(decoding: writer.bytes, as: UTF8.self))
        }
    }

    private static let notVerified = "\nNothing of this was verified: it is what the file says of itself.\n"
}
