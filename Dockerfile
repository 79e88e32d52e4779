# The service in a container: docker build -t shuzi . && docker run -e SHUZI_TOKEN=... -p 127.0.0.1:8000:8000 shuzi
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN python -m venv /opt/shuzi \
    && /opt/shuzi/bin/pip install --no-cache-dir -c constraints.txt '.[postgres]'

FROM python:3.13-slim
# A user without a password or rights; /data is for an SQLite queue and for jobs.
RUN useradd --uid 10001 --create-home shuzi && install -d -o shuzi -g shuzi /data
COPY --from=build /opt/shuzi /opt/shuzi
USER 10001
ENV PATH=/opt/shuzi/bin:$PATH PYTHONDONTWRITEBYTECODE=1 SHUZI_REVIEW=/data/reviews.db SHUZI_JOBS=/data/jobs
VOLUME /data
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=5)"]
# Listens to the network of the container, so it refuses to start without SHUZI_TOKEN.
ENTRYPOINT ["shuzi", "serve", "--host", "0.0.0.0", "--port", "8000"]
