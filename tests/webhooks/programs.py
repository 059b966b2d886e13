"""Starts programs, and the listeners of examples/webhooks. Sends events to the listeners and reads what they stored."""

import base64, contextlib, http.client, json, os, pathlib, signal, socket, sqlite3, subprocess, sys, time

USER, PASSWORD = "clik2pay", "a password"
COMMANDS = {
    "python": ["python3", "webhooks.py"],
    "node": ["node", "webhooks.mjs"],
    "php": ["php", "-S", "127.0.0.1:{port}", "webhooks.php"],
}
# If a test run is stopped, the programs end too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def event(event_type, id, status, resource_type="payment-request"):
    resource = {"id": id, "status": status}
    return {"eventType": event_type, "message": "A message", "resourceType": resource_type, "resource": resource}


def wait_until(condition, seconds, pause=0.02):
    """Returns whether the condition became true within that many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


class Program:
    """A program that listens on a port of 127.0.0.1. The `with` block starts it in its own process group, and kills the group."""

    def __init__(self, command, port, folder, **environment):
        self.command, self.port, self.folder = command, port, pathlib.Path(folder)
        self.log = self.folder / f"{pathlib.Path(command[0]).name}-{port}.log"
        self.environment, self.start_folder = os.environ | environment, None

    def __enter__(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.start_folder, env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            wait_until(lambda: self.accepts_connections() or self.process.poll() is not None, 60)
            if self.process.poll() is not None or not self.accepts_connections():
                raise ChildProcessError(f"{self.command[0]} does not start: {self.log.read_text()}")
        except BaseException:  # SIGTERM raises SystemExit
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        wait_until(lambda: not self.accepts_connections(), 60)  # PHP workers can exit later

    def accepts_connections(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


class Listener(Program):
    def __init__(self, language, folder, sidecar_port, **environment):
        self.language, port = language, free_port()
        environment = {
            "CLIK2PAY_BASE_URL": f"http://127.0.0.1:{sidecar_port}",
            "PHP_CLI_SERVER_WORKERS": "8",
            "PORT": str(port),
            "WEBHOOK_USER": USER,
            "WEBHOOK_PASSWORD": PASSWORD,
        } | environment
        super().__init__([part.format(port=port) for part in COMMANDS[language]], port, folder, **environment)
        self.start_folder = self.folder

    def post(self, body, authorization=basic(USER, PASSWORD), chunked=False):
        """Sends a body, or an object as JSON, and returns the status of the response."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if authorization is not None:
            headers["Authorization"] = authorization
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            content = iter([body[:10], body[10:]]) if chunked else body
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a response can arrive before the body is sent
                connection.request("POST", "/", content, headers, encode_chunked=chunked)
            return connection.getresponse().status
        finally:
            connection.close()

    def stored(self):
        """Returns the statuses by resource type and ID, and the orders of the fulfilled payment requests by ID."""
        if self.language == "node":
            files = (self.folder / "webhooks").glob("*.json")
            # A file name consists of the resource type, a hyphen and the ID, which has 36 characters.
            resources = {(file.stem[:-37], file.stem[-36:]): json.loads(file.read_text()) for file in files}
            fulfilled = {id: resource.get("order") for (_, id), resource in resources.items() if resource["fulfilled"]}
            return {key: resource["status"] for key, resource in resources.items()}, fulfilled
        with self.database() as database:
            with contextlib.suppress(sqlite3.OperationalError):  # PHP creates the tables when the first events arrive
                resources = {(type, id): status for type, id, status in database.execute("SELECT type, id, status FROM resources")}
                return resources, dict(database.execute("SELECT * FROM fulfillments"))
        return {}, {}

    def database(self):
        return contextlib.closing(sqlite3.connect(self.folder / "webhooks.db", timeout=60))

    @contextlib.contextmanager
    def failing_fulfillment(self, id):
        """During the `with` block, the listener cannot store the fulfillment of this payment request."""
        if self.language == "node":
            obstacle = self.folder / "webhooks" / f"payment-request-{id}.json.new"
            obstacle.mkdir()
            yield
            obstacle.rmdir()
            return
        fail = f"CREATE TRIGGER failure BEFORE INSERT ON fulfillments WHEN new.id = '{id}' BEGIN SELECT RAISE(ABORT, 'a failure'); END"
        self.execute(fail)
        yield
        self.execute("DROP TRIGGER failure")

    def execute(self, statement):
        with self.database() as database, database:
            database.execute(statement)

    def printed(self):
        """Returns the fulfillments that the listener printed, as pairs of ID and order."""
        lines = [line.split() for line in self.log.read_text().splitlines() if line.startswith("fulfilled ")]
        return [(line[1], line[2]) for line in lines]
