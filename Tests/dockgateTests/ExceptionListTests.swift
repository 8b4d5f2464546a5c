import ArgumentParser
import PolicyEngine
import StrictJSON
import Testing
import Timestamp
import Trust

@testable import dockgate

@Suite("The list of exceptions")
struct ExceptionListTests {
    private static let now = Instant(secondsSince1970: 1_796_083_200)
    private static let day = Duration.seconds(86_400)

    private func exception(
        _ name: String, from: Duration, to: Duration, namespaces: [String] = [],
        reason: String = "the fix ships on Monday"
    ) throws -> PolicyException {
        PolicyException(
            name: name, lifting: "release-tags", of: "production",
            images: [try ImagePattern("registry.example.com/pay/app")],
            namespaces: try namespaces.map { try NamePattern($0) }, owner: "pay@example.com",
            approvedBy: "security@example.com", reason: reason, ticket: name == "open" ? "INC-4711" : nil,
            from: Self.now + from, expires: Self.now + to)
    }

    private func exemption(_ name: String, reviewIn: Duration) throws -> Exemption {
        Exemption(
            name: name, namespaces: ["kube-system"], images: [try ImagePattern("registry.k8s.io/**")],
            reason: "it must start", owner: "platform@example.com", reviewBy: Self.now + reviewIn)
    }

    private func list(
        _ exceptions: [PolicyException], _ exemptions: [Exemption] = [], within limit: Duration? = nil
    ) -> ExceptionList {
        ExceptionList(
            of: PolicySet(
                policies: [], exemptions: exemptions, exceptions: exceptions, revision: .sha256(of: [])),
            at: Self.now, endingWithin: limit)
    }

    private func headings(_ list: ExceptionList) -> [String] {
        list.text(on: .none).split(separator: "\n").filter { !$0.hasPrefix(" ") }.map(String.init)
    }

    private func everything(within limit: Duration? = nil) throws -> ExceptionList {
        list(
            [
                try exception("far", from: .zero, to: Self.day * 300),
                try exception("later", from: Self.day, to: Self.day * 20),
                try exception("over", from: .zero - Self.day * 9, to: .zero - Self.day * 3),
                try exception("open", from: .zero - Self.day, to: Self.day * 5, namespaces: ["prod-pay"]),
                try exception("hours", from: .zero - Self.day, to: .seconds(3 * 3_600)),
                try exception("minute", from: .zero - Self.day, to: .seconds(60)),
            ],
            [
                try exemption("system", reviewIn: Self.day * 200),
                try exemption("late", reviewIn: .zero - Self.day * 2),
            ], within: limit)
    }

    @Test("by when they end, with what is left, and a mark at what ends within two weeks")
    func order() throws {
        #expect(
            headings(try everything()) == [
                "exception over  expired 3 days ago",
                "exception minute  ! active, 1 minute left",
                "exception hours  ! active, 3 hours left",
                "exception open  ! active, 5 days left",
                "exception later  not yet, begins in 24 hours",
                "exception far  active, 300 days left",
                "exemption late  ! review overdue for 2 days",
                "exemption system  review in 200 days",
                "6 exceptions, 3 of them expire soon, 2 exemptions, 1 of them overdue for review",
            ])
    }

    @Test("only what ends within a time, without what is over, and with reviews that are overdue")
    func within() throws {
        #expect(
            headings(try everything(within: .seconds(4 * 3_600))) == [
                "exception minute  ! active, 1 minute left",
                "exception hours  ! active, 3 hours left",
                "exemption late  ! review overdue for 2 days",
                "2 exceptions, 2 of them expire soon, 1 exemption, 1 of them overdue for review",
            ])
        #expect(
            headings(try everything(within: Self.day * 20)).contains("exception later  ! not yet, begins in 24 hours"))
    }

    @Test("each tells what it lifts and for what, who owns and allowed it, and why")
    func facts() throws {
        let one = list(
            [try exception("open", from: .zero - Self.day, to: Self.day * 30, namespaces: ["prod-pay", "pay"])],
            [try exemption("system", reviewIn: Self.day * 200)])
        #expect(
            one.text(on: .none) == """
                exception open  active, 30 days left
                  lifts        production/release-tags
                  images       registry.example.com/pay/app
                  namespaces   prod-pay, pay
                  owner        pay@example.com
                  approved by  security@example.com
                  reason       the fix ships on Monday
                  ticket       INC-4711
                  time         2026-11-30T00:00:00Z to 2026-12-31T00:00:00Z

                exemption system  review in 200 days
                  namespaces  kube-system
                  images      registry.k8s.io/**
                  because     it must start
                  owner       platform@example.com
                  review by   2027-06-19T00:00:00Z

                1 exception, 1 exemption

                """)
        #expect(list([]).text(on: .none) == "0 exceptions, 0 exemptions\n")
        #expect(list([try exception("a", from: .zero, to: Self.day)]).text(on: .none).contains("  namespaces   all\n"))
    }

    @Test("JSON has a member for each fact, and none for what is absent")
    func json() throws {
        let root = try JSONDocument(parsing: Array(everything().json.utf8)).root
        #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
        let exceptions = try #require(root["exceptions"]).elements.map { $0 }
        #expect(exceptions.map { $0["name"]?.string } == ["over", "minute", "hours", "open", "later", "far"])
        #expect(
            exceptions.map { $0["state"]?.string } == ["expired", "active", "active", "active", "notYet", "active"])
        #expect(exceptions.map { $0["expiresSoon"]?.boolean } == [false, true, true, true, false, false])
        #expect(exceptions.map { $0["secondsLeft"]?.integer }.prefix(3) == [0, 60, 10_800])
        #expect(
            exceptions[3].members.map(\.key) == [
                "name", "policy", "check", "images", "namespaces", "owner", "approvedBy", "reason", "ticket", "from",
                "expires", "state", "secondsLeft", "expiresSoon",
            ])
        #expect(exceptions[0]["namespaces"] == nil && exceptions[0]["ticket"] == nil)
        #expect(exceptions[0]["expires"]?.string == "2026-11-28T00:00:00.000000Z")
        let exemptions = try #require(root["exemptions"]).elements.map { $0 }
        #expect(exemptions.map { $0["name"]?.string } == ["late", "system"])
        #expect(
            exemptions[0].members.map(\.key) == [
                "name", "namespaces", "images", "because", "owner", "reviewBy", "secondsLeft", "reviewSoon",
            ])
        #expect(exemptions.map { $0["reviewSoon"]?.boolean } == [true, false])
    }

    @Test("hostile text is harmless to a terminal and stays the same text to a program")
    func hostile() throws {
        for text in Hostile.texts {
            let hostile = list([try exception("a", from: .zero, to: Self.day, reason: text)])
            #expect(hostile.text(on: .none).split(separator: "\n").count == 9)
            let root = try JSONDocument(parsing: Array(hostile.json.utf8)).root
            let reason = root["exceptions"]?.elements.first { _ in true }?["reason"]
            #expect(reason?.stringUTF8 == Array(text.utf8))
        }
    }

    @Test("one source of policies is named, and a duration is one")
    func arguments() throws {
        for words in [["--policies", "p"], ["--config", "c", "--expiring-within", "14d"]] {
            #expect(throws: Never.self) { try ExceptionsListCommand.parse(words) }
        }
        for (words, mistake) in [
            ([], "give one of --config and --policies"),
            (["--policies", "p", "--config", "c"], "give one of --config and --policies"),
            (
                ["--policies", "p", "--expiring-within", "14"],
                "`14` is not a duration, expected a whole number and a unit"
            ),
            (["--policies", "p", "--expiring-within", "9999d"], "the duration `9999d` is longer than 3650 days"),
        ] as [([String], String)] {
            do {
                _ = try ExceptionsListCommand.parse(words)
                Issue.record("\(words) are taken")
            } catch {
                #expect(ExceptionsListCommand.fullMessage(for: error).contains(mistake), "\(error)")
            }
        }
    }
}
