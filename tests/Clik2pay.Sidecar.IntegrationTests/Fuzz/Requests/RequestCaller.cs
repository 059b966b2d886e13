using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>Sends scripts one after the other and checks every response against a strict parse of the requests.</summary>
internal sealed class RequestCaller(Uri sidecar, Arrivals arrivals, Findings findings, StatusTally tally) : IDisposable
{
    /// <summary>The time after which a script counts as hanging. It is much longer than any script takes.</summary>
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromSeconds(30);

    private CallerConnection? connection;

    public async Task RunAsync(RequestScript script)
    {
        connection ??= await CallerConnection.OpenAsync(sidecar);
        try
        {
            if (await ExchangeAsync(script, connection).WaitAsync(ScriptTimeout, SystemDefaults.Time) && script.Ending == CallerEnding.Keep)
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
        return length == script.Bytes.Length || await ReadRefusalAsync(script, caller, rest, isMaybeHead);
    }

    /// <summary>Reads the response to bytes after the last valid request that are malformed or incomplete.</summary>
    /// <returns>Always false: the connection cannot be used for the next script.</returns>
    private async Task<bool> ReadRefusalAsync(RequestScript script, CallerConnection caller, StrictParse rest, bool isMaybeHead)
    {
        if (rest.Verdict == Verdict.Incomplete)
        {
            caller.EndSending();

            // For the sidecar, the request may be complete, and its response may get lost.
            arrivals.Abandon(script, rest.Message is null ? [] : [rest.Message]);
        }

        // The response to a malformed HEAD may have a body, depending on the part of the request that the sidecar could parse.
        var response = await caller.ReadResponseAsync(isMaybeHead);
        if (response.Verdict == Verdict.Complete)
            Check(script, request: null, response.Message!);
        else if (response.Verdict == Verdict.Invalid || rest.Verdict == Verdict.Invalid)
            Report(script, $"no proper response to a malformed request ({rest.Problem})", response.Message);

        return response.Verdict == Verdict.Complete && !isMaybeHead
            && response.Message!.Lists("Connection", "close") && await EndAsync(script, caller);
    }

    /// <summary>Checks that no bytes follow a response with <c>Connection: close</c>.</summary>
    /// <param name="script">The script that was sent.</param>
    /// <param name="caller">The connection.</param>
    /// <param name="toHead">The response to a HEAD, or null. It has a body if the server could not parse the request line.</param>
    private async Task<bool> EndAsync(RequestScript script, CallerConnection caller, StrictMessage? toHead = null)
    {
        // The sidecar waits for the rest of a refused request's body.
        caller.EndSending();
        var extra = await caller.ReadToEndAsync();
        if (extra > 0 && (toHead?.Status != 400 || toHead["Content-Length"].Single() != extra.ToString(CultureInfo.InvariantCulture)))
            Report(script, "bytes after the last response", got: null, caller.ExtraBytes);
        return false;
    }

    /// <returns>Whether the response is a problem response.</returns>
    private bool Check(RequestScript script, StrictMessage? request, StrictMessage response)
    {
        tally.Count(response.Status);
        if (SecretRules.ContainsCredential(response))
            Report(script, "the caller received a credential of the sidecar", response);
        if (response["Clik2pay-Sidecar-Error"].Any())
        {
            // The method of a malformed request may be unclear.
            if (ProblemRules.CheckRefusal(response, isToHead: request is null || request.Method == "HEAD") is { } fault)
                Report(script, fault, response);
            return true;
        }

        var name = response[StrictUpstream.ArrivalHeader].FirstOrDefault();
        if (!long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            Report(script, $"a response neither from the provider nor from the sidecar ({response.Status})", response);
        else if (arrivals.Claim(number) is not { } arrival)
            Report(script, "the response to another request", response);
        else if (request is null)
            Report(script, "a malformed request was forwarded", arrival);
        else if (RequestRules.ReasonToRefuse(request) is { } reason)
            Report(script, $"a request was forwarded in spite of: {reason}", arrival);
        else if (RequestRules.Compare(request, arrival, script.IsClean) is { } difference)
            Report(script, "the provider received a different request than the caller sent", arrival, difference);
        else if (script.IsGrammatical && arrival.Headers.Any(IsCallerSecret))
            Report(script, "a credential of the caller was forwarded", arrival);
        return false;
    }

    private static bool IsCallerSecret((string Name, string Value) header) =>
        header.Value.Contains(RequestScript.CallerSecret, StringComparison.Ordinal);

    private void Report(RequestScript script, string kind, StrictMessage? got, string detail = "")
    {
        // The provider may still receive the requests of this script. Their arrival isn't another finding.
        arrivals.Abandon(script, Parse(script.Bytes).Requests);
        var body = Corpus.Escape([.. got?.Body.Take(300) ?? []]);
        findings.Add(kind, script.Bytes, $"script {script.Id}, {script.Ending}. {detail} {got?.StartLine} {body}");
    }

    /// <returns>The well-formed requests at the beginning, the parse of the bytes after them, and the length of the requests.</returns>
    private static (List<StrictMessage> Requests, StrictParse Next, int Length) Parse(byte[] bytes)
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
