import StrictJSON
import Testing
import Timestamp
import Trust

@testable import PolicyEngine
@testable import dockgate

@Suite("JSON and JSON lines")
struct JSONTests {
    private func parsed(_ text: some StringProtocol) throws -> JSONValue {
        try JSONDocument(parsing: Array(text.utf8)).root
    }

    @Test("a member for each thing that is known, and none for what is not")
    func everyVerdict() throws {
        let root = try parsed(CheckReport.everyVerdict.json)
        #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
        #expect(root["allowed"]?.boolean == false)
        #expect(root["server"] == nil)
        let images = try #require(root["images"]).elements.map { $0 }
        #expect(
            images[0].members.map(\.key) == [
                "image", "place", "path", "object", "digest", "allowed", "undetermined", "findings",
            ])
        #expect(images[1]["reason"]?.string == "signature-missing")
        let finding = try #require(images[1]["findings"]?.elements.map { $0 }.last)
        #expect(
            finding.members.map(\.key) == [
                "policy", "check", "enforcement", "outcome", "reason", "message", "found", "expected", "cure",
            ])
        #expect(images.map { $0["undetermined"]?.boolean } == [false, false, true, false])
        #expect(images[3]["place"] == nil)
        #expect(images[3]["record"]?.string == "01JZ3N7Q4T8V2W6X0Y4Z8A2B6C")
    }

    @Test("what is relieved has the kind of relief, its name and its time, and keeps its outcome")
    func relief() throws {
        let time = Instant(secondsSince1970: 1_796_083_200)
        func members(_ relief: Relief) throws -> [String] {
            let found = Finding(
                policy: "p", check: "c", enforcement: .deny,
                outcome: .violated(Refusal(.signatureMissing, found: "none", expected: "one")), message: nil,
                relief: relief)
            let reported = ReportedFinding(found, at: time + .milliseconds(7_200_500), isEnforced: true)
            let report = CheckReport.of(.image(because: [reported]))
            let images = try parsed(report.json)["images"]?.elements.map { $0 } ?? []
            let told = try [#require(images.first), parsed(report.jsonLines)].map { image in
                let finding = try #require(image["findings"]?.elements.first { _ in true })
                #expect(finding["outcome"]?.string == "violated" && finding["reason"]?.string == "signature-missing")
                return finding["relief"]?.members.map { member in
                    "\(member.key)=\(member.value.string ?? member.value.integer.map(String.init) ?? "")"
                } ?? []
            }
            #expect(told.first == told.last)
            return told.first ?? []
        }
        #expect(
            try members(.exception(name: "inc-4711", expires: time))
                == ["kind=exception", "name=inc-4711", "expires=2026-12-01T00:00:00.000000Z"])
        #expect(
            try members(.lastKnownGood(since: time))
                == ["kind=lastKnownGood", "since=2026-12-01T00:00:00.000000Z", "ageSeconds=7200"])
        #expect(
            try members(.alreadyAdmitted(since: time, until: time + .seconds(86_400)))
                == [
                    "kind=alreadyAdmitted", "since=2026-12-01T00:00:00.000000Z", "until=2026-12-02T00:00:00.000000Z",
                    "ageSeconds=7200",
                ])
    }

    @Test("a line of JSON lines is the object of the same image, with the version")
    func lines() throws {
        let objects = try parsed(CheckReport.everyVerdict.json)["images"]?.elements.map { $0 } ?? []
        let lines = CheckReport.everyVerdict.jsonLines.split(separator: "\n")
        #expect(lines.count == 4)
        for (line, object) in zip(lines, objects) {
            let root = try parsed(line)
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            #expect(root.members.map(\.key).dropFirst() == object.members.map(\.key)[...])
            #expect(root["image"]?.string == object["image"]?.string)
        }
    }

    @Test("text that is escaped stands for the same text")
    func hostile() throws {
        for hostile in Hostile.texts {
            let root = try parsed(Hostile.report(hostile).json)
            #expect(root["server"]?.stringUTF8 == Array(hostile.utf8))
            let image = try #require(root["images"]?.elements.first { _ in true })
            for key in ["image", "path", "object", "reason", "record"] {
                #expect(image[key: key]?.stringUTF8 == Array(hostile.utf8), "\(hostile.debugDescription)")
            }
            let finding = try #require(image["findings"]?.elements.first { _ in true })
            for key in ["policy", "check", "reason", "found", "expected", "cure"] {
                #expect(finding[key: key]?.stringUTF8 == Array(hostile.utf8), "\(hostile.debugDescription)")
            }
            #expect(Hostile.report(hostile).jsonLines.split(separator: "\n").count == 4)
        }
    }
}
