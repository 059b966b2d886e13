using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>Sends scripts, one after the other, and checks every response against a strict reading of what was sent.</summary>
internal sealed class RequestCaller(Uri sidecar, Arrivals arrivals, Findings findings, StatusTally tally) : IDisposable
{
    /// <summary>Nothing takes that long: a caller that waits longer waits forever.</summary>
    private static readonly TimeSpan LongestScript = TimeSpan.FromSeconds(30);

    private CallerConnection? connection;

    public async Task RunAsync(RequestScript script)
    {
        connection ??= await CallerConnection.OpenAsync(sidecar);
        try
        {
            if (await ExchangeAsync(script, connection).WaitAsync(LongestScript, SystemDefaults.Time) && script.Ending == CallerEnding.Keep)
                return;
        }
        catch (TimeoutException)
        {
            Report(script, "hang", got: null);
        }

        Dispose();
    }

    public void Dispose()
    {
        connection?.Dispose();
        connection = null;
    }

    /// <returns>Whether the connection can carry the next script.</returns>
    private async Task<bool> ExchangeAsync(RequestScript script, CallerConnection caller)
    {
        var (requests, rest, length) = Parse(script.Bytes);
        await caller.SendAsync(script.Bytes, script.Writes);
        if (script.Ending is CallerEnding.Reset or CallerEnding.HalfClose)
        {
            arrivals.Abandon(script, requests);
            if (script.Ending == CallerEnding.HalfClose)
            {
                caller.EndSending();
                await caller.ReadToEndAsync();
            }

            return false;
        }

        foreach (var request in requests)
        {
            var response = await caller.ReadResponseAsync(request.Method == "HEAD");
            if (response.Verdict != Verdict.Complete)
            {
                var isInvalid = response.Verdict == Verdict.Invalid;
                var kind = isInvalid ? $"a malformed response ({response.Problem})" : "no response to a well-formed request";
                Report(script, kind, response.Message);
                return false;
            }

            var isProblem = Check(script, request, response.Message!);
            if (isProblem && script.IsClean)
                Report(script, "a valid request was refused", response.Message);
            if (response.Message!.Lists("Connection", "close"))
                return await EndAsync(script, caller, request.Method == "HEAD" ? response.Message : null);
        }

        var isMaybeHead = script.Bytes.AsSpan(length).TrimStart("\r\n"u8).StartsWith("HEAD "u8);
        return length == script.Bytes.Length || await RefuseAsync(script, caller, rest, isMaybeHead);
    }

    /// <summary>Behind the last valid request are bytes that are none. If they are the beginning of one, it never comes.</summary>
    /// <returns>Whether the connection can carry the next script: never.</returns>
    private async Task<bool> RefuseAsync(RequestScript script, CallerConnection caller, StrictParse rest, bool isMaybeHead)
    {
        if (rest.Verdict == Verdict.Incomplete)
        {
            caller.EndSending();

            // A response to what is complete for the sidecar may be lost.
            arrivals.Abandon(script, rest.Message is null ? [] : [rest.Message]);
        }

        // Whether the response to what may be a HEAD has a body depends on how far the sidecar read it.
        var response = await caller.ReadResponseAsync(isMaybeHead);
        if (response.Verdict == Verdict.Complete)
            Check(script, request: null, response.Message!);
        else if (response.Verdict == Verdict.Invalid || rest.Verdict == Verdict.Invalid)
            Report(script, $"no proper response to a malformed request ({rest.Problem})", response.Message);

        return response.Verdict == Verdict.Complete && !isMaybeHead
            && response.Message!.Lists("Connection", "close") && await EndAsync(script, caller);
    }

    /// <summary>Nothing comes behind a response that announced the end.</summary>
    /// <param name="script">What was sent.</param>
    /// <param name="caller">The connection.</param>
    /// <param name="toHead">The response, if it is to a HEAD. The server does not know the method if it cannot parse the target.</param>
    private async Task<bool> EndAsync(RequestScript script, CallerConnection caller, StrictMessage? toHead = null)
    {
        // The sidecar waits for the rest of a refused body.
        caller.EndSending();
        var behind = await caller.ReadToEndAsync();
        if (behind > 0 && (toHead?.Status != 400 || toHead["Content-Length"].Single() != behind.ToString(CultureInfo.InvariantCulture)))
            Report(script, "bytes behind the last response", got: null, caller.Rest);
        return false;
    }

    /// <returns>Whether it is a problem response.</returns>
    private bool Check(RequestScript script, StrictMessage? request, StrictMessage response)
    {
        tally.Count(response.Status);
        if (SecretRules.IsLeaked(response))
            Report(script, "the caller got a credential of the sidecar", response);
        if (response["Clik2pay-Sidecar-Error"].Any())
        {
            // The method of a malformed request may be unclear.
            if (ProblemRules.CheckRefusal(response, isToHead: request is null || request.Method == "HEAD") is { } fault)
                Report(script, fault, response);
            return true;
        }

        var name = response[StrictUpstream.ArrivalHeader].FirstOrDefault();
        if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            Report(script, $"a response of neither the provider nor the sidecar ({response.Status})", response);
        else if (arrivals.Claim(number) is not { } arrival)
            Report(script, "a response that belongs to another request", response);
        else if (request is null)
            Report(script, "a malformed request was forwarded", arrival);
        else if (RequestRules.ReasonToRefuse(request) is { } reason)
            Report(script, $"a request was forwarded in spite of its {reason}", arrival);
        else if (RequestRules.Compare(request, arrival, script.IsClean) is { } difference)
            Report(script, "the provider got something else than the caller sent", arrival, difference);
        else if (script.IsGrammatical && arrival.Headers.Any(IsCallerSecret))
            Report(script, "a credential of the caller arrived", arrival);
        return false;
    }

    private static bool IsCallerSecret((string Name, string Value) header) =>
        header.Value.Contains(RequestScript.CallerSecret, StringComparison.Ordinal);

    private void Report(RequestScript script, string kind, StrictMessage? got, string detail = "")
    {
        // What follows from this is no finding of its own.
        arrivals.Abandon(script, Parse(script.Bytes).Requests);
        var body = Corpus.Escape([.. got?.Body.Take(300) ?? []]);
        findings.Add(kind, script.Bytes, $"script {script.Id}, {script.Ending}. {detail} {got?.StartLine} {body}");
    }

    /// <returns>The well-formed requests at the beginning, their length, and what the bytes behind them are.</returns>
    private static (List<StrictMessage> Requests, StrictParse Behind, int Length) Parse(byte[] bytes)
    {
        var requests = new List<StrictMessage>();
        var position = 0;
        while (position < bytes.Length)
        {
            var parse = StrictParser.ParseRequest(bytes.AsSpan(position));
            if (parse.Verdict != Verdict.Complete)
                return (requests, parse, position);

            requests.Add(parse.Message!);
            position += parse.Length;
        }

        return (requests, default, position);
    }
}
