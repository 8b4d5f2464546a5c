-- Sends one AdmissionReview over and over, and counts every answer that is not "200, allowed": a server that answers
-- something else has not done the work that is being measured.
-- usage: wrk … -s review.lua URL -- REVIEW.json [new-connections]

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    wrong = 0
    firstWrong = ""
    local file = assert(io.open(args[1], "rb"))
    local headers = { ["Content-Type"] = "application/json" }
    if args[2] == "new-connections" then headers["Connection"] = "close" end
    text = wrk.format("POST", "/validate?timeout=10s", headers, file:read("*a"))
    file:close()
end

function request()
    return text
end

function response(status, headers, body)
    if status ~= 200 or not body:find('"allowed"%s*:%s*true') then
        wrong = wrong + 1
        if wrong == 1 then firstWrong = status .. " " .. body:sub(1, 300):gsub("%c", " ") end
    end
end

function done(summary, latency, requests)
    local wrongInAll, example = 0, ""
    for _, thread in ipairs(threads) do
        wrongInAll = wrongInAll + thread:get("wrong")
        if example == "" then example = thread:get("firstWrong") end
    end
    local errors = summary.errors
    io.write(string.format("requests %d\nseconds %.6f\nwrong %d\n", summary.requests, summary.duration / 1e6, wrongInAll))
    io.write(string.format("socketErrors %d\n", errors.connect + errors.read + errors.write + errors.timeout))
    io.write(string.format("p50 %.3f\np99 %.3f\n", latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
    io.write("firstWrong " .. example .. "\n")
end
