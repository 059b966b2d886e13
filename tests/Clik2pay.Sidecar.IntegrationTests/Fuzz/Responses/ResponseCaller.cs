using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>Sends the request of a script and then a request that gets a valid response, and checks both responses.</summary>
internal sealed class ResponseCaller(Uri sidecar, ScriptedProvider provider, Findings findings, StatusTally tally) : IDisposable
{
    /// <summary>The time after which a script counts as hanging. It is much longer than any script takes.</summary>
    private static readonly TimeSpan ScriptTimeout = TimeSpan.FromSeconds(30);

    private const int MaxRepeats = 10;

    private CallerConnection? connection;

    public async Task RunAsync(ResponseScript script)
    {
        var target = string.Create(CultureInfo.InvariantCulture, $"/open/v1/script/{script.Id}");
        provider.Scripts[target] = script;
        try
        {
            await ExchangeAsync(script, target).WaitAsync(ScriptTimeout, SystemDefaults.Time);
        }
        catch (TimeoutException)
        {
            Report(script, "hang", response: null);
            Dispose();
        }

        provider.Scripts.TryRemove(target, out _);
    }

    public void Dispose()
    {
        connection?.Dispose();
        connection = null;
    }

    private async Task ExchangeAsync(ResponseScript script, string target)
    {
        var body = script.Method == "POST" ? "Content-Length: 2\r\n\r\n{}" : "\r\n";
        var request = $"{script.Method} {target} HTTP/1.1\r\nHost: localhost\r\n{body}";
        var response = await ExchangeAsync(request, script.Method == "HEAD", script.IsClean);
        Check(script, response);

        var next = $"{target}/next";
        var second = await ExchangeAsync($"GET {next} HTTP/1.1\r\nHost: localhost\r\n\r\n", isToHead: false, isRepeated: true);
        if (second is not { Verdict: Verdict.Complete, Message: { Status: 200 } message }
            || Encoding.Latin1.GetString(message.Body) != next)
            Report(script, "the next request did not get its own response", second);
    }

    /// <param name="request">The whole request.</param>
    /// <param name="isToHead">Whether the request is a HEAD.</param>
    /// <param name="isRepeated">Whether to repeat the request after a 502. The provider may have closed an idle connection.</param>
    private async Task<StrictParse> ExchangeAsync(string request, bool isToHead, bool isRepeated)
    {
        var response = await ExchangeAsync(request, isToHead);
        for (var repeats = 0; isRepeated && repeats < MaxRepeats && response.Message is { Status: 502 }; repeats++)
            response = await ExchangeAsync(request, isToHead);
        return response;
    }

    private async Task<StrictParse> ExchangeAsync(string request, bool isToHead)
    {
        connection ??= await CallerConnection.OpenAsync(sidecar);
        await connection.SendAsync(Encoding.Latin1.GetBytes(request), [request.Length]);
        var response = await connection.ReadResponseAsync(isToHead);
        if (response.Verdict == Verdict.Complete && response.Message?.Lists("Connection", "close") == false)
            return response;

        if (response.Verdict == Verdict.Complete && await connection.ReadToEndAsync() > 0)
            response = StrictParse.Invalid($"bytes after the response: {connection.ExtraBytes}");
        Dispose();
        return response;
    }

    private void Check(ResponseScript script, StrictParse got)
    {
        tally.Count(got.Message?.Status ?? 0);

        // The sidecar forwards the provider's body without reading it, so credentials in it are allowed.
        if (got.Message is { } any
            && SecretRules.ContainsCredential(any["Clik2pay-Sidecar-Error"].Any() ? any : any with { Body = [] }))
            Report(script, "the caller received a credential of the sidecar", got);

        if (got.Verdict == Verdict.Invalid)
            Report(script, $"a malformed response ({got.Problem})", got);
        else if (got is { Verdict: Verdict.Complete, Message: { } message })
            CheckComplete(script, message, got);
        else if (script.IsClean)
            Report(script, "a valid response was cut off", got);
        else if (got.Message is { Body: { Length: > 0 } body } && script.Reading.Message is { } expected
            && !expected.Body.AsSpan().StartsWith(body))
            Report(script, "a response was cut off and its body differs", got);
    }

    private void CheckComplete(ResponseScript script, StrictMessage message, StrictParse got)
    {
        var fields = message.Headers.Concat(message.Trailers);
        if (fields.Any(field => field.Name.Equals("Clik2pay-Sidecar-Error", StringComparison.OrdinalIgnoreCase)))
        {
            if (script.IsClean)
                Report(script, "a valid response was refused", got);
            else if (ProblemRules.CheckFailure(message, script.Method == "HEAD") is { } fault)
                Report(script, fault, got);
            return;
        }

        switch (script.Reading)
        {
            case { Verdict: Verdict.Complete, Message: { } expected }
                when expected.Status != message.Status || !expected.Body.AsSpan().SequenceEqual(message.Body):
                Report(script, "the caller received a different status or body than the provider sent", got);
                break;
            case { Verdict: Verdict.Incomplete, Message: not null } when !script.HasBareLineFeed:
                Report(script, "an incomplete response was forwarded as complete", got);
                break;
            case { Verdict: Verdict.Complete, Message: { } expected }
                when script.IsClean && !expected.Trailers.SequenceEqual(message.Trailers):
                Report(script, "the caller received different trailers than the provider sent", got);
                break;
        }
    }

    private void Report(ResponseScript script, string kind, StrictParse? response)
    {
        var got = response?.Message;
        var headers = string.Join(" | ", got?.Headers.Select(header => $"{header.Name}: {header.Value}") ?? []);
        var body = Corpus.Escape([.. got?.Body.Take(400) ?? []]);
        findings.Add(kind, script.Bytes, $"{script.Method}, script {script.Id}, {script.Ending}. "
            + $"Caller: {response?.Verdict} {response?.Problem} {got?.StartLine} {headers} {body}");
    }
}
