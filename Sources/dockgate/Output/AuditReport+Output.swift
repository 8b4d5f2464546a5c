import Audit
import Cryptography
import StrictJSON
import Timestamp

extension AuditReport {
    /// A line for each segment and each fault, then the totals and the result.
    var text: String {
        var lines = segments.map { segment in
            let times = [segment.firstTime, segment.lastTime].compactMap { $0?.rfc3339 }.joined(separator: " - ")
            return "segment \(segment.name.printable)  records \(segment.records)  \(times)"
        }
        lines += faults.map { fault in
            let place = fault.line > 0 ? " line \(fault.line)" : ""
            return "\(fault.kind.rawValue.uppercased()) at seq \(fault.sequence), \(fault.segment.printable)\(place): "
                + fault.message.printable
        }
        lines += strangers.map { "not a segment: \($0.printable)" }
        if let tornTail {
            lines.append(
                "unfinished write at the end of \(tornTail.segment): \(tornTail.bytes) bytes, not part of the log")
        }
        if let step = clock.firstStepBack {
            lines.append(
                "the clock went back \(counted(clock.stepsBack, "time")), first at seq \(step.sequence): from "
                    + "\(step.from.rfc3339) to \(step.to.rfc3339)")
        }
        if let problem { lines.append("could not be read: \(problem.printable)") }
        let totals = [
            counted(segments.count, "segment"), counted(records, "record"), counted(evidenceFiles, "evidence file"),
        ]
        lines.append("checked " + totals.joined(separator: ", "))
        if let head { lines.append("head \(head.sequence):\(Base64.encode(head.leafHash))") }
        lines.append("RESULT: \(word.uppercased())")
        return lines.joined(separator: "\n") + "\n"
    }

    var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("result", word)
        writer.member("segments", segments.count)
        writer.member("records", records)
        writer.member("evidenceFiles", evidenceFiles)
        if let head { writer.member("head", "\(head.sequence):\(Base64.encode(head.leafHash))") }
        writer.key("faults")
        writer.beginArray()
        for fault in faults {
            writer.beginObject()
            writer.member("kind", fault.kind.rawValue)
            writer.member("seq", fault.sequence)
            writer.member("segment", fault.segment)
            writer.member("line", fault.line)
            writer.member("message", fault.message)
            writer.endObject()
        }
        writer.endArray()
        if let step = clock.firstStepBack {
            writer.key("clockSetBack")
            writer.beginObject()
            writer.member("times", clock.stepsBack)
            writer.member("seq", step.sequence)
            writer.member("from", step.from.rfc3339)
            writer.member("to", step.to.rfc3339)
            writer.endObject()
        }
        if let problem { writer.member("problem", problem) }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private var word: String {
        switch verdict {
        case .verified: "verified"
        case .tampered: "tampered"
        case .unreadable: "unreadable"
        }
    }
}
