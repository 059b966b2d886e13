// Creates a payment request through the sidecar, reads it, and prints its id and status. README.md lists the exit codes.
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

if (args is not [var order] || !Regex.IsMatch(order, @"\A[A-Za-z0-9._-]{6,32}\z"))
    return Fail(2, "Usage: dotnet run pay.cs ORDER (6 to 32 letters, digits, '.', '_' or '-')");

if (Environment.GetEnvironmentVariable("CLIK2PAY_BASE_URL") is not { Length: > 0 } address)
    address = "http://127.0.0.1:8080";
if (!Regex.IsMatch(address, @"\Ahttp://[A-Za-z0-9.:[\]-]+\z"))
    return Fail(2, "CLIK2PAY_BASE_URL must be http://HOST:PORT");

using var sidecar = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
{
    Timeout = TimeSpan.FromSeconds(70),
};
if (Environment.GetEnvironmentVariable("CLIK2PAY_CALLER_TOKEN_FILE") is { Length: > 0 } tokenFile)
{
    var token = ReadToken(tokenFile);
    if (!Regex.IsMatch(token, @"\A[!-~]+\z"))
        return Fail(2, "CLIK2PAY_CALLER_TOKEN_FILE must name a file that contains one token");
    sidecar.DefaultRequestHeaders.Add("Clik2pay-Sidecar-Token", token);
}

try
{
    sidecar.BaseAddress = new(address);
    var id = (await CreateAsync())["id"]; // store it together with the order
    var read = await CallAsync(HttpMethod.Get, $"/open/v1/payment-requests/{id}");
    Console.WriteLine($"{read["id"]} {read["status"]}");
    return 0;
}
catch (MayExistException e)
{
    return Fail(3, e.Message);
}
catch (Exception e)
{
    return Fail(1, e.Message);
}

int Fail(int exitCode, string message)
{
    Console.Error.WriteLine(message);
    return exitCode;
}

string ReadToken(string file)
{
    try
    {
        return File.ReadAllText(file).Trim();
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        return "";
    }
}

JsonObject Parse(string text)
{
    try
    {
        return JsonNode.Parse(text) as JsonObject ?? [];
    }
    catch (JsonException)
    {
        return [];
    }
}

async Task<JsonObject> CreateAsync()
{
    var payer = new JsonObject { ["name"] = "A. Payer", ["email"] = "a@example.com" };
    var body = new JsonObject { ["amount"] = 12.5, ["type"] = "ECOMM", ["merchantTransactionId"] = order, ["payer"] = payer };
    try
    {
        return await CallAsync(HttpMethod.Post, "/open/v1/payment-requests", body);
    }
    catch (Exception e) when (e is not RefusedException)
    {
        Console.Error.WriteLine(e.Message);
    }

    await Task.Delay(TimeSpan.FromSeconds(5));
    try
    {
        return await CallAsync(HttpMethod.Post, "/open/v1/payment-requests", body); // cannot create a second payment request
    }
    catch (Exception e)
    {
        Console.Error.WriteLine(e.Message);
        throw e is RefusedException { Status: 400 or 409 or 422 }
            ? new MayExistException(
                $"{order}: may exist: the provider refused the second create; check a webhook or the portal before you create it again")
            : new InvalidOperationException($"{order}: outcome unknown; run the program again later with the same order number");
    }
}

// Returns the payment request. Throws RefusedException if the request was not carried out, and another exception if it may have been.
async Task<JsonObject> CallAsync(HttpMethod method, string path, JsonObject? body = null)
{
    for (var giveUp = DateTime.UtcNow.AddSeconds(60); ;)
    {
        int? status = null;
        string? code, message, retryAfter = null;
        bool notProcessed;
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        try
        {
            using var response = await sidecar.SendAsync(request);
            string? Header(string name) => response.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
            var text = await response.Content.ReadAsStringAsync();
            var fields = Parse(text);
            if (response.IsSuccessStatusCode
                && fields["id"]?.GetValueKind() is JsonValueKind.String
                && Regex.IsMatch($"{fields["id"]}", @"\A[A-Za-z0-9._-]+\z"))
            {
                return fields;
            }

            status = (int)response.StatusCode;
            code = Header("Clik2pay-Sidecar-Error");
            retryAfter = Header("Retry-After");
            notProcessed = code is "token_unavailable" or "credentials_refused"
                || (code is not null && status >= 500 && $"{fields["sent"]}" == "no");
            message = $"{status} {code ?? "of the provider"}: {text}";
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            notProcessed = true;
            code = "no connection";
            message = $"no connection: {e.Message}";
        }

        if (!notProcessed && status is (>= 500 or < 300))
            throw new HttpRequestException(message);

        var wait = TimeSpan.FromSeconds(Regex.IsMatch(retryAfter ?? "", @"\A[0-9]{1,4}\z") ? Math.Max(int.Parse(retryAfter!), 1) : 5);
        if (!notProcessed || DateTime.UtcNow + wait >= giveUp)
            throw new RefusedException(message, code is null ? status : null);

        Console.Error.WriteLine($"not processed ({code}), again in {wait.TotalSeconds} s");
        await Task.Delay(wait);
    }
}

/// <summary>The request was not carried out. The status is the provider's, or null if the provider did not respond.</summary>
class RefusedException(string message, int? status) : Exception(message)
{
    public int? Status => status;
}

/// <summary>The provider refused the second create, which does not show whether it carried out the first one.</summary>
class MayExistException(string message) : Exception(message);
