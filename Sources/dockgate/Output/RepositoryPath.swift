extension Place {
    /// The file as services name it that know the files of a repository. Never empty.
    var repositoryPath: String { file.normalizedPath }
}

extension ReportedImage {
    /// The file that the image stands in, as services name it. One that was named on the command line stands in none, and
    /// stands for itself: GitHub refuses the whole report for one result without a file. Never empty.
    var repositoryPath: String { place?.repositoryPath ?? "./\(name)".normalizedPath }
}

extension String {
    /// The path without `.`, `..` and empty segments (SARIF 3.10.2), by its text alone: no link is followed. Of a relative
    /// path those `..` stay that lead out of where it begins, which itself is `.`.
    var normalizedPath: String {
        let slash = UInt8(ascii: "/")
        let isAbsolute = utf8.first == slash
        var segments: [ArraySlice<UInt8>] = []
        for segment in Array(utf8).split(separator: slash) where !segment.elementsEqual(".".utf8) {
            if !segment.elementsEqual("..".utf8) {
                segments.append(segment)
            } else if let last = segments.last, !last.elementsEqual("..".utf8) {
                segments.removeLast()
            } else if !isAbsolute {
                segments.append(segment)
            }
        }
        guard isAbsolute || !segments.isEmpty else { return "." }
        return (isAbsolute ? "/" : "") + String(decoding: Array(segments.joined(separator: [slash])), as: UTF8.self)
    }
}
