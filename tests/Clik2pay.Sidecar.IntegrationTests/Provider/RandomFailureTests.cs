using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>
/// An upstream that fails at random during connecting, requests and responses, and records each request that reached it.
/// </summary>
[Collection(OneByOne.Name)]
public sealed class RandomFailureTests
{
    private const int Callers = 16;

    private static readonly int Requests = LongTests.Repeats(many: 40_000, few: 2_000);

    private readonly ConcurrentDictionary<int, int> arrivals = new();
    private readonly ConcurrentDictionary<string, int> outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<int> reportedAsNotSent = new();
    private readonly ConcurrentQueue<string> violations = new();

    [Lesson("a POST was sent again by the HTTP client: dotnet/corefx#39005, undici#5598")]
    [Fact]
    public async Task After_random_failures_no_unsafe_request_arrived_twice_and_none_that_arrived_was_reported_as_not_sent()
    {
        // The records are compared after the sidecar and the upstream have stopped.
        await using (var upstream = new ScriptedUpstream(FailAtRandomAsync))
        {
            await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address)]);
            var next = 0;
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
            {
                while (Interlocked.Increment(ref next) is var number && number <= Requests)
                    await CallAsync(sidecar.Address, number);
            }));
        }

        var counts = outcomes.OrderByDescending(outcome => outcome.Value).Select(outcome => $"{outcome.Key} {outcome.Value}");
        Figures.Report($"{Requests} random failures of the provider: {string.Join(", ", counts)}");
        Assert.DoesNotContain(arrivals, arrival => arrival.Value > 1 && GetMethod(arrival.Key) != "GET");
        Assert.DoesNotContain(reportedAsNotSent, arrivals.ContainsKey);
        Assert.True(violations.IsEmpty, string.Join('\n', violations.Take(10)));

        // The test proves nothing unless both outcomes are frequent.
        Assert.True(outcomes["502 maybe"] > Requests / 20);
        Assert.True(outcomes["200"] > Requests / 20);
    }

    private static string GetMethod(int number) => (number % 8) switch { 0 => "GET", 1 => "DELETE", 2 => "PUT", _ => "POST" };

    private static string GetBody(int number, Random random) => (number % 8, random.Next(5)) switch
    {
        (0, _) or (1, 0) => "\r\n",
        (_, 0) => "Content-Length: 0\r\n\r\n",
        (_, 1) => "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
        (_, 2) => "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        (_, 3) => $"Content-Length: 200000\r\n\r\n{new string('a', 200_000)}",
        _ => "Content-Length: 2\r\n\r\n{}",
    };

    /// <summary>Creates a generator that returns the same sequence for a number in every run.</summary>
    private static Random CreateRandom(int number) => new(number);

    private async Task CallAsync(Uri address, int number)
    {
        await using var connection = await RawConnection.OpenAsync(address);
        var head = $"{GetMethod(number)} /open/v1/{number}/end HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        try
        {
            await connection.SendAsync(head + GetBody(number, CreateRandom(number)));
        }
        catch (SocketException)
        {
            // The sidecar responded and closed the connection before it received the whole body.
        }

        try
        {
            var response = await connection.ReadResponseAsync().WaitAsync(TimeSpan.FromMinutes(2));
            var sent = ((string[])[" no", " maybe"]).FirstOrDefault(
                value => response.Text.Contains($"\"sent\":\"{value[1..]}\"", StringComparison.Ordinal), "");
            outcomes.AddOrUpdate($"{response.Status}{sent}", 1, (_, count) => count + 1);
            if (sent == " no")
                reportedAsNotSent.Enqueue(number);
            if (response.Status is not (200 or 413 or 502))
                violations.Enqueue($"{GetMethod(number)} {number}: {response.StartLine} {response.Text}");
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // The provider closed the connection during a response, so the sidecar closed the caller's connection.
            outcomes.AddOrUpdate("incomplete", 1, (_, count) => count + 1);
        }
    }

    private async Task FailAtRandomAsync(ScriptedUpstream.Connection connection)
    {
        var random = CreateRandom(connection.Number);
        var buffer = new byte[64 * 1024];
        if (random.Next(12) == 0)
        {
            connection.Reset();
            return;
        }

        while (true)
        {
            // The head of a request arrives in one piece. A piece without a start line belongs to the previous body.
            var count = await connection.Stream.ReadAsync(buffer, connection.Stopped);
            if (count == 0)
                return;
            if (FindNumber(Encoding.Latin1.GetString(buffer, 0, count)) is not { } number)
                continue;
            arrivals.AddOrUpdate(number, 1, (_, arrived) => arrived + 1);

            switch (random.Next(10))
            {
                case 0:
                    connection.Reset();
                    return;
                case 1:
                    return;
                case 2:
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Le");
                    return;
                case 3:
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndo");
                    connection.Reset();
                    return;
                case 4:
                    await connection.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nnope");
                    return;
                case 5:
                    await connection.WriteAsync("not HTTP at all\r\n\r\n");
                    return;
                case 6:
                    // Closes the idle connection, possibly while the next request is being sent.
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(5)), SystemDefaults.Time, connection.Stopped);
                    return;
                default:
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
                    break;
            }
        }
    }

    private static int? FindNumber(string text)
    {
        const string prefix = " /open/v1/";
        var start = text.IndexOf(prefix, StringComparison.Ordinal);
        return start < 0 ? null : int.Parse(text[(start + prefix.Length)..].Split('/')[0], CultureInfo.InvariantCulture);
    }
}
