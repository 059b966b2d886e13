using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Guard;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>A caller without any condition. The settings do not permit it. If one existed, every user could act as this caller.</summary>
public sealed class UnconditionalCallerTests
{
    [Fact]
    public void A_caller_without_a_condition_is_never_recognized()
    {
        var definition = new CallerDefinition
        {
            Name = "anybody",
            TokenFiles = [],
            Tokens = [],
            Uids = [],
            Gids = [],
            Profiles = [],
            Operations = [],
        };
        var options = new CallerOptions
        {
            AllowedHosts = [],
            CallerToken = null,
            RequireMerchantTransactionId = false,
            PlaceholderTokenEndpoint = false,
        };
        var context = new DefaultHttpContext();
        context.Features.Set(new PeerCredentials(1000, 1000));

        Assert.Null(new CallerRecognition([definition], profiles: null!, new([]), options).Recognize(context));
    }
}
