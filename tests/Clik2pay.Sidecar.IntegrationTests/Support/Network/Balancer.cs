using System.Collections.Concurrent;
using System.Net;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>Sends calls to the replicas that say they are ready, as a Service of Kubernetes does: it asks them now and then, and believes the last answer.</summary>
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

    /// <summary>What callers got that was no 200.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Takes the replica in as soon as it is ready.</summary>
    public async Task AddAsync(SidecarProcess replica)
    {
        var (callers, admin) = await replica.WaitForAddressesAsync();
        replicas[replica] = (new HttpClient { BaseAddress = callers }, new Uri(admin, "/readyz"), IsReady: false);
        while (!await LookAsync(replica))
            await PauseAsync(Period);
        tasks.Add(RepeatAsync(Period, () => LookAsync(replica)));
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

    private async Task<bool> LookAsync(SidecarProcess replica)
    {
        var before = replicas[replica];
        var isReady = false;
        try
        {
            using var answer = await probe.GetAsync(before.Readiness, CancellationToken.None);
            isReady = answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It has ended.
        }

        replicas[replica] = before with { IsReady = isReady };
        return isReady;
    }

    /// <summary>A POST with a body: no HTTP client repeats it by itself.</summary>
    private async Task CallAsync()
    {
        var ready = replicas.Values.Where(replica => replica.IsReady).ToArray();
        try
        {
            using var body = new StringContent("{}");
            using var answer = await ready[(uint)Interlocked.Increment(ref turn) % ready.Length].Callers.PostAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), body, CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.OK)
                Interlocked.Increment(ref succeeded);
            else
                Failures.Enqueue($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync(CancellationToken.None)}");
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
