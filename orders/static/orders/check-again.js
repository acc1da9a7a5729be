// Looks again after a few seconds, longer each time, and stops after two minutes.
const [KEY, FIRST, MOST] = ["checked", 4000, 8];

const params = new URLSearchParams(location.search);
const times = Number(params.get(KEY)) || 0;
if (times < MOST) {
  setTimeout(() => {
    params.set(KEY, String(times + 1));
    location.search = params.toString();
  }, FIRST * (1 + times / 2));
}
