! Vertical remap by a parabolic spline, unlimited or with a monotone filter, for a set of columns at once:
! (column, level) arrays, the column index fastest.
! Zerroukat, Wood & Staniforth (2006), doi:10.1002/fld.1154
!
! HOMME: vertremap_base:remap_Q_noppm
module remap_spline
  use kinds, only: rk, dk
  implicit none
  private
  public :: spline_columns

  real(rk), parameter :: tiny_value = 1.0e-12  ! a single-precision literal in HOMME
  real(rk), parameter :: largest = real(min(1.0e50_dk, real(huge(1.0_rk), dk)), rk)
  real(rk), parameter :: third = 1.0_rk/3.0_rk

contains

  ! q, masses on layers dp1, become masses on layers dp2.
  pure subroutine spline_columns(n, nlev, nq, dp1, dp2, q, monotone)
    integer, intent(in) :: n, nlev, nq
    logical, intent(in) :: monotone
    real(rk), intent(in) :: dp1(n,nlev), dp2(n,nlev)
    real(rk), intent(inout) :: q(n,nlev,nq)
    real(rk) :: h(n,nlev), inverse(n,nlev+1), ratio(n,nlev+1), r(n,nlev)
    real(rk) :: mean(n,nlev), rho(n,nlev+1), c(n,0:2,nlev)
    integer :: layer(n,nlev), m
    h = 1/dp1
    call factor(n, nlev, h, inverse, ratio)
    call find_targets(n, nlev, dp1, dp2, layer, r)
    do m = 1, nq
      mean = q(:,:,m)*h
      call interface_values(n, nlev, h, inverse, ratio, mean, rho)
      if (monotone) then
        call filtered_parabolas(n, nlev, mean, rho, c)
      else
        call parabolas(n, nlev, mean, rho, c)
      end if
      call integrate(n, nlev, dp1, layer, r, c, q(:,:,m))
    end do
  end subroutine spline_columns

  ! Elimination in the tridiagonal system of the interface values, h = 1/dp.
  pure subroutine factor(n, nlev, h, inverse, ratio)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: h(n,nlev)
    real(rk), intent(out) :: inverse(n,nlev+1), ratio(n,nlev+1)
    integer :: k
    inverse(:,1) = 1.0_rk/2
    ratio(:,1) = inverse(:,1)
    do k = 2, nlev
      inverse(:,k) = 1/(2*(h(:,k) + h(:,k-1)) - h(:,k-1)*ratio(:,k-1))
      ratio(:,k) = h(:,k)*inverse(:,k)
    end do
    inverse(:,nlev+1) = 1/(2 - ratio(:,nlev))
  end subroutine factor

  pure subroutine interface_values(n, nlev, h, inverse, ratio, mean, rho)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: h(n,nlev), inverse(n,nlev+1), ratio(n,nlev+1), mean(n,nlev)
    real(rk), intent(out) :: rho(n,nlev+1)
    integer :: k
    rho(:,1) = 3*mean(:,1)*inverse(:,1)
    do k = 2, nlev
      rho(:,k) = (3*(mean(:,k)*h(:,k) + mean(:,k-1)*h(:,k-1)) - h(:,k-1)*rho(:,k-1))*inverse(:,k)
    end do
    rho(:,nlev+1) = (3*mean(:,nlev) - rho(:,nlev))*inverse(:,nlev+1)
    do k = nlev, 1, -1
      rho(:,k) = rho(:,k) - ratio(:,k)*rho(:,k+1)
    end do
  end subroutine interface_values

  ! c0 + c1 r + c2 r**2, r in [0, 1], with these edge values and this mean.
  pure subroutine parabolas(n, nlev, mean, rho, c)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: mean(n,nlev), rho(n,nlev+1)
    real(rk), intent(out) :: c(n,0:2,nlev)
    integer :: k
    do k = 1, nlev
      c(:,0,k) = rho(:,k)
      c(:,1,k) = -4*rho(:,k) - 2*rho(:,k+1) + 6*mean(:,k)
      c(:,2,k) = 3*(rho(:,k) + rho(:,k+1)) - 6*mean(:,k)
    end do
  end subroutine parabolas

  pure subroutine filtered_parabolas(n, nlev, mean, rho, c)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: mean(n,nlev)
    real(rk), intent(inout) :: rho(n,nlev+1)
    real(rk), intent(out) :: c(n,0:2,nlev)
    logical :: suspect(n,nlev)
    real(rk) :: e(nlev)
    integer :: i, k
    call filter_interfaces(n, nlev, mean, rho, suspect)
    call parabolas(n, nlev, mean, rho, c)
    do i = 1, n
      e = rho(i,2:nlev+1) - rho(i,1:nlev)
      do k = 1, nlev
        if (suspect(i,k) .or. spurious(nlev, k, e, c(i,:,k), rho(i,k), rho(i,k+1))) &
          call filter_cell(mean(i,k), rho(i,k), rho(i,k+1), c(i,:,k))
      end do
    end do
  end subroutine filtered_parabolas

  ! An interface value that lies neither between its cells nor on a resolved extremum becomes the nearer mean, and its
  ! two cells are suspect. The lowest interface is not tested.
  pure subroutine filter_interfaces(n, nlev, mean, rho, suspect)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: mean(n,nlev)
    real(rk), intent(inout) :: rho(n,nlev+1)
    logical, intent(out) :: suspect(n,nlev)
    real(rk) :: d(nlev), above, up2
    logical :: resolved
    integer :: i, k
    suspect = .false.
    do i = 1, n
      d(1:nlev-1) = mean(i,2:nlev) - mean(i,1:nlev-1)
      d(nlev) = mean(i,nlev) - mean(i,nlev-1)
      where (abs(d) < tiny_value) d = 0
      do k = 1, nlev
        above = mean(i,max(k-1,1))
        up2 = d(max(k-2,1))
        if ((mean(i,k) - rho(i,k))*(rho(i,k) - above) >= 0) cycle
        resolved = up2*(rho(i,k) - above) > 0 .and. up2*d(max(k-3,1)) > 0 &
                   .and. d(k)*d(min(k+1,nlev)) > 0 .and. up2*d(k) < 0
        if (resolved) cycle
        rho(i,k) = merge(mean(i,k), above, abs(rho(i,k) - mean(i,k)) < abs(rho(i,k) - above))
        suspect(i,k) = .true.
        suspect(i,max(k-1,1)) = .true.
      end do
    end do
    rho = min(max(rho, 0.0_rk), largest)
  end subroutine filter_interfaces

  ! Whether a cell has an extremum that its neighbours do not support, or values that are not positive.
  pure logical function spurious(nlev, k, e, c, above, below)
    integer, intent(in) :: nlev, k
    real(rk), intent(in) :: e(nlev), c(0:2), above, below
    real(rk) :: vertex, extremum, up, down
    logical :: supported
    extremum = above
    supported = .true.
    if (abs(c(2)) > tiny_value) then
      vertex = -c(1)/(2*c(2))
      if (vertex > 0 .and. vertex < 1) then
        extremum = c(0) + vertex*(c(1) + vertex*c(2))
        up = e(max(k-1,1))
        down = e(min(k+1,nlev))
        supported = e(max(k-2,1))*up > tiny_value .and. down*e(min(k+2,nlev)) > tiny_value &
                    .and. up*down < tiny_value .and. merge(-up, up, c(2) > 0) > tiny_value
      end if
    end if
    spurious = .not. supported .or. above >= largest .or. above <= 0 &
               .or. max(above, below, extremum) > largest .or. min(above, below, extremum) < tiny_value
  end function spurious

  ! Outside its edges: constant. In the third next to an edge: flat at that edge. Between: kept.
  pure subroutine filter_cell(mean, above, below, c)
    real(rk), intent(in) :: mean, above, below
    real(rk), intent(inout) :: c(0:2)
    real(rk) :: s  ! mirrors a falling cell into a rising one
    s = merge(1.0_rk, -1.0_rk, above < below)
    if (s*mean < s*above .or. s*mean > s*below) then
      c = [mean, 0.0_rk, 0.0_rk]
    else if (s*(3*mean) >= s*(above + 2*below)) then
      c = [3*mean - 2*below, 6*below - 6*mean, 3*mean - 3*below]
    else if (s*(3*mean) <= s*(2*above + below)) then
      c = [above, 0.0_rk, 3*(mean - above)]
    end if
  end subroutine filter_cell

  ! For the lower interface of each target layer: the source layer it lies in and its place there in [0, 1].
  pure subroutine find_targets(n, nlev, dp1, dp2, layer, r)
    integer, intent(in) :: n, nlev
    real(rk), intent(in) :: dp1(n,nlev), dp2(n,nlev)
    integer, intent(out) :: layer(n,nlev)
    real(rk), intent(out) :: r(n,nlev)
    real(rk) :: source(n,nlev+1), target(n)
    integer :: i, k, kk
    source(:,1) = 0
    do k = 1, nlev
      source(:,k+1) = source(:,k) + dp1(:,k)
    end do
    target = 0
    do k = 1, nlev
      target = target + dp2(:,k)
      if (k == nlev) target = source(:,nlev+1)
      do i = 1, n
        kk = k
        do while (kk < nlev)
          if (source(i,kk+1) >= target(i)) exit
          kk = kk + 1
        end do
        do while (kk > 1)
          if (source(i,kk) < target(i)) exit
          kk = kk - 1
        end do
        layer(i,k) = kk
        r(i,k) = (target(i) - source(i,kk))/dp1(i,kk)
      end do
    end do
    r(:,nlev) = 1
  end subroutine find_targets

  ! Mass above each target interface, differenced.
  pure subroutine integrate(n, nlev, dp, layer, r, c, q)
    integer, intent(in) :: n, nlev, layer(n,nlev)
    real(rk), intent(in) :: dp(n,nlev), r(n,nlev), c(n,0:2,nlev)
    real(rk), intent(inout) :: q(n,nlev)
    real(rk) :: before(n,nlev), last(n), mass(n), y
    integer :: i, k, kk
    before(:,1) = 0
    do k = 2, nlev
      before(:,k) = before(:,k-1) + q(:,k-1)
    end do
    last = 0
    do k = 1, nlev
      do i = 1, n
        kk = layer(i,k)
        y = r(i,k)
        mass(i) = before(i,kk) + (c(i,0,kk)*y + c(i,1,kk)*0.5_rk*(y*y) + c(i,2,kk)*third*(y*y*y))*dp(i,kk)
      end do
      q(:,k) = mass - last
      last = mass
    end do
  end subroutine integrate

end module remap_spline
