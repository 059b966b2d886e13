using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>Sends scripts, one after the other, and checks every response against a strict reading of what was sent.</summary>
internal sealed class RequestCaller(Uri sidecar, Arrivals arrivals, Findings findings, StatusTally tally) : IDisposable
{
    /// <summary>Nothing takes that long: a caller that waits longer waits forever.</summary>
    private static readonly TimeSpan LongestScript = TimeSpan.FromSeconds(2);

    private CallerConnection? connection;

    public async Task RunAsync(RequestScript script)
    {
        connection ??= await CallerConnection.OpenAsync(sidecar);
        try
        {
            if (await ExchangeAsync(script, connection).WaitAsync(LongestScript, Ambience.Time) && script.Ending == CallerEnding.Keep)
                return;
        }
        catch (TimeoutException)
        {
            Report(script, "hang", response: null);
            arrivals.Abandon(script.Id, script.Count);
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
        var (requests, rest, hasRest) = Parse(script.Bytes);
        await caller.SendAsync(script.Bytes, script.Writes);
        if (script.Ending is CallerEnding.Reset or CallerEnding.HalfClose)
        {
            arrivals.Abandon(script.Id, script.Count + requests.Count);
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
                Report(script, response.Verdict == Verdict.Invalid ? $"a malformed response ({response.Problem})" : "no response to a well-formed request", response.Message);
                arrivals.Abandon(script.Id, script.Count);
                return false;
            }

            var isProblem = Check(script, request, response.Message!);
            if (isProblem && script.IsClean)
                Report(script, "a valid request was refused", response.Message);
            if (response.Message!.Lists("Connection", "close"))
                return await EndAsync(script, caller);
        }

        return !hasRest || await RefuseAsync(script, caller, rest);
    }

    /// <summary>Behind the last valid request are bytes that are none. If they are the beginning of one, it never comes.</summary>
    /// <returns>Whether the connection can carry the next script: never.</returns>
    private async Task<bool> RefuseAsync(RequestScript script, CallerConnection caller, StrictParse rest)
    {
        if (rest.Verdict == Verdict.Incomplete)
        {
            caller.EndSending();

            // A large body is streamed, so its beginning may have been sent.
            if (rest.Message?.Body.Length > 0)
                arrivals.Abandon(script.Id, 1);
        }

        var response = await caller.ReadResponseAsync(isToHead: false);

        // The response to what may be a HEAD ends with its head.
        var isHead = response is { Verdict: Verdict.Incomplete, Message.Body.Length: 0 };
        if (response.Verdict == Verdict.Complete || isHead)
            Check(script, request: null, response.Message!);
        else if (response.Verdict == Verdict.Invalid || rest.Verdict == Verdict.Invalid)
            Report(script, $"no proper response to a malformed request ({rest.Problem})", response.Message);

        return response.Verdict == Verdict.Complete && response.Message!.Lists("Connection", "close") && await EndAsync(script, caller);
    }

    /// <summary>Nothing comes behind a response that announced the end.</summary>
    private async Task<bool> EndAsync(RequestScript script, CallerConnection caller)
    {
        // The sidecar waits for the rest of a refused body.
        caller.EndSending();
        if (await caller.ReadToEndAsync() > 0)
            Report(script, "bytes behind the last response", response: null, caller.Rest);
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

        if (!long.TryParse(response[StrictUpstream.ArrivalHeader].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            Report(script, $"a response of neither the provider nor the sidecar ({response.Status})", response);
        else if (arrivals.Claim(number) is not { } arrival)
            Report(script, "a response that belongs to another request", response);
        else if (request is null)
            Report(script, "a malformed request was forwarded", arrival.Request);
        else if (RequestRules.ReasonToRefuse(request) is { } reason)
            Report(script, $"a request was forwarded in spite of its {reason}", arrival.Request);
        else if (RequestRules.Compare(request, arrival.Request, script.IsClean) is { } difference)
            Report(script, "the provider got something else than the caller sent", arrival.Request, difference);
        else if (script.IsGrammatical && arrival.Request.Headers.Any(header => header.Value.Contains(RequestScript.CallerSecret, StringComparison.Ordinal)))
            Report(script, "a credential of the caller arrived", arrival.Request);
        return false;
    }

    private void Report(RequestScript script, string kind, StrictMessage? response, string detail = "") => findings.Add(
        kind, script.Bytes, $"script {script.Id}, {script.Ending}. {detail} {response?.StartLine} {(response is null ? "" : Encoding.Latin1.GetString(response.Body.AsSpan(0, Math.Min(response.Body.Length, 300))))}");

    /// <returns>The well-formed requests at the beginning, and what the bytes behind them are.</returns>
    private static (List<StrictMessage> Requests, StrictParse Behind, bool HasRest) Parse(byte[] bytes)
    {
        var requests = new List<StrictMessage>();
        var position = 0;
        while (position < bytes.Length)
        {
            var parse = StrictParser.ParseRequest(bytes.AsSpan(position));
            if (parse.Verdict != Verdict.Complete)
                return (requests, parse, HasRest: true);

            requests.Add(parse.Message!);
            position += parse.Length;
        }

        return (requests, default, HasRest: false);
    }
}
