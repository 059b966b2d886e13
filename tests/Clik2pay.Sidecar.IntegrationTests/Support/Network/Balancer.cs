using System.Collections.Concurrent;
using System.Net;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// Sends calls to the replicas that are ready, as a Kubernetes Service does. It polls their readiness and uses the last result.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<SidecarProcess, (HttpClient Callers, Uri Readiness, bool IsReady)> replicas = new();
    private readonly HttpClient probe = new();
    private readonly CancellationTokenSource end = new();
    private readonly List<Task> tasks = [];
    private int turn;
    private int succeeded;

    public int Succeeded => Volatile.Read(ref succeeded);

    /// <summary>The results of calls that were not 200.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Waits until the replica is ready. From then on, the replica gets calls.</summary>
    public async Task AddAsync(SidecarProcess replica)
    {
        var (callers, admin) = await replica.WaitForAddressesAsync();
        replicas[replica] = (new HttpClient { BaseAddress = callers }, new Uri(admin, "/readyz"), IsReady: false);
        while (!await PollAsync(replica))
            await PauseAsync(Period);
        tasks.Add(RepeatAsync(Period, () => PollAsync(replica)));
    }

    public void StartCallers(int count)
    {
        for (var i = 0; i < count; i++)
            tasks.Add(RepeatAsync(TimeSpan.FromMilliseconds(5), CallAsync));
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(tasks);
        end.Dispose();
        probe.Dispose();
        foreach (var replica in replicas.Values)
            replica.Callers.Dispose();
    }

    private async Task<bool> PollAsync(SidecarProcess replica)
    {
        var before = replicas[replica];
        var isReady = false;
        try
        {
            using var response = await probe.GetAsync(before.Readiness, CancellationToken.None);
            isReady = response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // The replica has ended.
        }

        replicas[replica] = before with { IsReady = isReady };
        return isReady;
    }

    /// <summary>Sends a POST with a body, because no HTTP client repeats such a request by itself.</summary>
    private async Task CallAsync()
    {
        var ready = replicas.Values.Where(replica => replica.IsReady).ToArray();
        try
        {
            var callers = ready[(uint)Interlocked.Increment(ref turn) % ready.Length].Callers;
            using var body = new StringContent("{}");
            using var response = await callers.PostAsync(
                new Uri("/open/v1/payment-requests", UriKind.Relative), body, CancellationToken.None);
            if (response.StatusCode == HttpStatusCode.OK)
                Interlocked.Increment(ref succeeded);
            else
                Failures.Enqueue($"{response.StatusCode}: {await response.Content.ReadAsStringAsync(CancellationToken.None)}");
        }
        catch (Exception e) when (e is HttpRequestException or DivideByZeroException)
        {
            Failures.Enqueue(e.Message);
        }
    }

    private async Task RepeatAsync(TimeSpan pause, Func<Task> action)
    {
        while (!end.IsCancellationRequested)
        {
            await action();
            await PauseAsync(pause);
        }
    }

    private static Task PauseAsync(TimeSpan pause) => Task.Delay(pause, SystemDefaults.Time, CancellationToken.None);
}
