using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Redis.Options;

/// <summary>Reads the section <c>Redis</c> among otherwise valid settings.</summary>
internal static class RedisSettings
{
    public static RedisOptions? TryRead(out IReadOnlyList<string> errors, params IEnumerable<(string Key, string? Value)> settings)
    {
        var values = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token"));
        foreach (var (key, value) in settings)
            values[key] = value;
        return Settings.TryRead(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), out errors)?.Redis;
    }

    public static RedisOptions Read(params IEnumerable<(string Key, string? Value)> settings)
    {
        var options = TryRead(out var errors, settings);
        Assert.Empty(errors);
        return options!;
    }

    /// <returns>All errors, one per line.</returns>
    public static string FindErrors(params IEnumerable<(string Key, string? Value)> settings)
    {
        Assert.Null(TryRead(out var errors, settings));
        Assert.NotEmpty(errors);
        return string.Join('\n', errors);
    }
}
