using System.Collections.Concurrent;
using System.Security.Cryptography;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>Credentials of random profiles are replaced while callers of all profiles send requests.</summary>
[Collection(OneByOne.Name)]
public sealed class ProfileRotationTests
{
    private const int Callers = 8;

    /// <summary>The number of profiles that are rotated at the same time.</summary>
    private const int Wave = 5;

    [Fact]
    public async Task Rotations_of_random_profiles_under_load_fail_no_call_and_mix_no_credentials()
    {
        var rotations = LongTests.Repeats(many: 100, few: 10);
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        var merchants = servers.Merchants;
        var secrets = new Dictionary<string, MountedSecret>(StringComparer.Ordinal);
        var sets = merchants.Names.ToDictionary(name => name, _ => 0);
        foreach (var name in merchants.Names)
        {
            secrets[name] = new();
            secrets[name].Swap(ManyMerchants.CredentialsOf(name, set: 0));
        }

        string[] replaced = ["Username", "Password", "ApiKey"];
        var files = from name in merchants.Names
                    from key in replaced
                    select ($"Profiles:{name}:{key}", (string?)null);
        var folders = merchants.Names.Select(name => ($"Profiles:{name}:CredentialsDirectory", (string?)secrets[name].Path));
        await using var sidecar = await servers.StartSidecarAsync([.. servers.Settings(), .. files, .. folders]);

        using var end = new CancellationTokenSource();
        var (succeeded, failures) = (0, new ConcurrentQueue<string>());
        var load = Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync)).ToList();
        for (var rotated = 0; rotated < rotations; rotated += Wave)
        {
            var names = merchants.Names.ToArray();
            RandomNumberGenerator.Shuffle<string>(names);
            foreach (var name in names[..Wave])
                secrets[name].Swap(ManyMerchants.CredentialsOf(name, ++sets[name]));

            foreach (var name in names[..Wave])
            {
                var password = ManyMerchants.CredentialsOf(name, sets[name])[1];
                await Wait.UntilAsync(
                    () => MerchantServers.ProfileOf(sidecar, name).Tokens.Current?.Credentials.Password == password,
                    () => $"{name} does not use set {sets[name]}");
                merchants.RetireBefore(name, sets[name]);
            }
        }

        // Each profile is called once more, with the final set of credentials.
        foreach (var name in merchants.Names)
            Assert.Equal($"200 {name}", await MerchantServers.CallAsync(sidecar, name));
        await end.CancelAsync();
        await Task.WhenAll(load);
        foreach (var secret in secrets.Values)
            secret.Dispose();

        var calls = servers.TokenEndpoint.Calls;
        Figures.Report($"{rotations} rotations on 50 profiles: {failures.Count} of {succeeded + failures.Count} calls failed");
        Figures.Report($"{rotations} rotations on 50 profiles: {merchants.Violations.Count} violations, {calls} token calls");
        Assert.Empty(failures);
        Assert.Empty(merchants.Violations);
        Assert.Equal(50 + rotations, calls);
        Assert.True(succeeded > rotations);

        async Task CallAsync()
        {
            while (!end.IsCancellationRequested)
            {
                var name = merchants.Names[RandomNumberGenerator.GetInt32(merchants.Names.Count)];
                var response = await MerchantServers.CallAsync(sidecar, name, isPost: RandomNumberGenerator.GetInt32(2) == 0);
                if (response == $"200 {name}")
                    Interlocked.Increment(ref succeeded);
                else
                    failures.Enqueue($"{name}: {response}");
            }
        }
    }
}
