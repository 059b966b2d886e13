using System.Reflection;
using Clik2pay.Sidecar.Redis.Options;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Tests.Redis.Options;

/// <summary>
/// Each option that StackExchange.Redis supports either works, is documented to have no effect, or is refused by its name.
/// </summary>
public sealed class RedisConnectionStringOptionsTests
{
    /// <summary>The names of the options, read from the library. If a new version has another option, these tests fail.</summary>
    public static TheoryData<string> Library =>
    [
        .. (typeof(ConfigurationOptions).GetNestedType("OptionKeys", BindingFlags.NonPublic)?
                .GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public) ?? [])
            .Where(constant => constant.IsLiteral)
            .Select(constant => (string)constant.GetRawConstantValue()!),
    ];

    [Fact]
    public void The_library_has_42_options() => Assert.Equal(42, Library.Count);

    [Theory]
    [MemberData(nameof(Library))]
    public void Each_option_of_the_library_is_found_in_any_case(string name)
    {
        Assert.Equal(name, RedisConnectionStringOptions.FindName(name));
        Assert.Equal(name, RedisConnectionStringOptions.FindName(name.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("abortConnect=false")]
    [InlineData("allowAdmin=true")]
    [InlineData("asyncTimeout=5000")]
    [InlineData("configChannel=channel")]
    [InlineData("configCheckSeconds=60")]
    [InlineData("connectRetry=3")]
    [InlineData("connectTimeout=5000")]
    [InlineData("defaults=enterprise")]
    [InlineData("highPriorityThreads=true")]
    [InlineData("keepAlive=60")]
    [InlineData("maintMovingEndpointType=none")]
    [InlineData("maintNotifications=auto")]
    [InlineData("maintPostEventRelaxed=20")]
    [InlineData("maintRelaxedTimeout=10")]
    [InlineData("maintRelaxedWindowMax=30")]
    [InlineData("name=client")]
    [InlineData("preserveAsyncOrder=false")]
    [InlineData("protocol=resp3")]
    [InlineData("resolveDns=true")]
    [InlineData("responseTimeout=5000")]
    [InlineData("setlib=false")]
    [InlineData("sharedSubscriptionConnection=true")]
    [InlineData("syncTimeout=5000")]
    [InlineData("tcpKeepAlive=true")]
    [InlineData("tiebreaker=key")]
    [InlineData("topologyRefreshSeconds=1800")]
    [InlineData("version=7.0")]
    [InlineData("writeBuffer=4096")]
    public void An_option_for_other_uses_of_the_library_has_no_effect(string option)
    {
        var options = RedisConnectionStringReader.TryRead($"r,{option}", out var error);

        Assert.Null(error);
        Assert.Equal(new() { Endpoints = options!.Endpoints }, options);
        Assert.Equal("r:6379", $"{options}");
    }

    [Theory]
    [InlineData("abortConnect")]
    [InlineData("allowAdmin")]
    [InlineData("asyncTimeout")]
    [InlineData("configCheckSeconds")]
    [InlineData("connectRetry")]
    [InlineData("connectTimeout")]
    [InlineData("defaults")]
    [InlineData("keepAlive")]
    [InlineData("maintMovingEndpointType")]
    [InlineData("maintNotifications")]
    [InlineData("maintPostEventRelaxed")]
    [InlineData("maintRelaxedTimeout")]
    [InlineData("maintRelaxedWindowMax")]
    [InlineData("protocol")]
    [InlineData("resolveDns")]
    [InlineData("setlib")]
    [InlineData("sharedSubscriptionConnection")]
    [InlineData("syncTimeout")]
    [InlineData("tcpKeepAlive")]
    [InlineData("topologyRefreshSeconds")]
    [InlineData("version")]
    public void An_option_without_effect_needs_a_valid_value(string name)
    {
        Assert.Null(RedisConnectionStringReader.TryRead($"r,{name}=canary", out var error));

        Assert.Equal($"the value of {name} is not valid. Remove it, because it has no effect.", error);
    }

    [Theory]
    [InlineData("channelPrefix=canary", "Redis:KeyPrefix")]
    [InlineData("checkCertificateRevocation=true", "does not check whether certificates are revoked")]
    [InlineData("checkCertificateRevocation=", "does not check whether certificates are revoked")]
    [InlineData("checkCertificateRevocation=canary", "does not check whether certificates are revoked")]
    [InlineData("highIntegrity=true", "verify each response")]
    [InlineData("proxy=Envoyproxy", "without Twemproxy or Envoy")]
    [InlineData("proxy=0", "without Twemproxy or Envoy")]
    [InlineData("proxy=false", "without Twemproxy or Envoy")]
    [InlineData("sslProtocols=tls13", "operating system selects")]
    [InlineData("tunnel=http:canary:8080", "without an HTTP proxy")]
    public void An_option_that_cannot_work_is_refused_by_its_name_with_the_reason(string option, string reason)
    {
        Assert.Null(RedisConnectionStringReader.TryRead($"r,{option}", out var error));

        Assert.StartsWith($"{option.Split('=')[0]} is not supported. ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkCertificateRevocation=false")]
    [InlineData("CHECKCERTIFICATEREVOCATION=False")]
    [InlineData("proxy=none")]
    [InlineData("Proxy = NONE")]
    public void An_unsupported_option_with_its_default_value_is_accepted(string option)
    {
        var options = RedisConnectionStringReader.TryRead($"r,{option}", out var error);

        Assert.Null(error);
        Assert.Equal(new() { Endpoints = options!.Endpoints }, options);
    }

    [Fact]
    public void A_command_map_is_refused_and_not_quoted()
    {
        Assert.Null(RedisConnectionStringReader.TryRead("r,$EVAL=canary", out var error));

        Assert.StartsWith("an option that begins with $ is not supported. ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }
}
